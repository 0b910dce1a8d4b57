// What programs do through ioredis, which does not know that this is not Redis.
//
// Usage: node ioredis.mjs PORT

import assert from "node:assert/strict";
import Redis from "ioredis";
import Redlock from "redlock";

const port = Number(process.argv[2]);
const connect = () => new Redis({ port, host: "127.0.0.1" });
const redis = connect();
let done = 0;

async function until(isSo) {
  const end = Date.now() + 20_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, "it never came about");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function part(name, body) {
  try {
    await body();
  } catch (error) {
    console.error(`ioredis: ${name}`);
    throw error;
  }
  assert.equal(await redis.dbsize(), 0, `${name} left keys`);
  done += 1;
}

await redis.flushall();

await part("lists", async () => {
  assert.equal(await redis.lpush("mq", "a", "b", "c"), 3);
  assert.equal(await redis.rpop("mq"), "a");
  assert.equal(await redis.lmove("mq", "backup", "RIGHT", "LEFT"), "b");
  assert.deepEqual(await redis.lrange("mq", 0, -1), ["c"]);
  assert.deepEqual(await redis.lmpop(2, "none", "mq", "LEFT"), ["mq", ["c"]]);
  assert.equal(await redis.del("mq", "backup"), 1);
});

await part("blocking", async () => {
  assert.equal(await redis.brpop("mq", 0.05), null);
  const consumers = [connect(), connect(), connect()];
  const jobs = consumers.map((consumer) => consumer.brpop("urgent", "mq", 10));
  await until(async () => /blocked_clients:3\r/.test(await redis.info("clients")));
  assert.equal(await redis.lpush("mq", "1", "2", "3"), 3);
  const got = await Promise.all(jobs);
  assert.deepEqual(got.map(([key]) => key), ["mq", "mq", "mq"]);
  assert.deepEqual(got.map(([, job]) => job).sort(), ["1", "2", "3"]);
  consumers.forEach((consumer) => consumer.disconnect());
});

await part("streams and groups", async () => {
  const first = await redis.xadd("s", "*", "repo", "5");
  const second = await redis.xadd("s", "*", "repo", "3");
  assert.deepEqual(await redis.xrange("s", "-", "+"), [
    [first, ["repo", "5"]],
    [second, ["repo", "3"]],
  ]);
  assert.equal(await redis.xread("BLOCK", 30, "STREAMS", "s", "$"), null);
  assert.equal(await redis.xgroup("CREATE", "s", "g", "0"), "OK");
  await assert.rejects(redis.xgroup("CREATE", "s", "g", "0"), /BUSYGROUP/);
  const read = async (consumer, ...more) => {
    const found = await redis.xreadgroup("GROUP", "g", consumer, ...more, "STREAMS", "s", ">");
    // A map in RESP3 and pairs in RESP2.
    const streams = Array.isArray(found) ? found : Object.entries(found);
    const [key, entries] = streams.length === 2 && streams[0] === "s" ? streams : streams[0];
    assert.equal(key, "s");
    return entries.map(([id]) => id);
  };
  assert.deepEqual(await read("c1", "COUNT", 1), [first]);
  assert.deepEqual(await read("c2", "COUNT", 9, "BLOCK", 1000), [second]);
  assert.equal((await redis.xpending("s", "g"))[0], 2);
  assert.equal(await redis.xack("s", "g", first), 1);
  const [cursor, claimed] = await redis.xautoclaim("s", "g", "c1", 0, "0");
  assert.equal(cursor, "0-0");
  assert.deepEqual(claimed.map(([id]) => id), [second]);
  assert.equal(await redis.del("s"), 1);
});

await part("a pipeline", async () => {
  const pipeline = redis.pipeline();
  for (let number = 0; number < 1000; number += 1) {
    pipeline.rpush("q", number);
  }
  const replies = await pipeline.exec();
  replies.forEach(([error, length], index) => {
    assert.equal(error, null);
    assert.equal(length, index + 1);
  });
  assert.equal(await redis.del("q"), 1);
});

await part("a transaction", async () => {
  await redis.set("text", "x");
  const replies = await redis.multi().rpush("q", "a").lpop("text").llen("q").exec();
  assert.deepEqual([replies[0][1], replies[2][1]], [1, 1]);
  assert.match(replies[1][0].message, /WRONGTYPE/);
  await redis.watch("q");
  const other = connect();
  await other.rpush("q", "b");
  assert.equal(await redis.multi().del("q").exec(), null);
  other.disconnect();
  assert.equal(await redis.del("q", "text"), 2);
});

await part("channels", async () => {
  const listener = connect();
  const messages = [];
  const byPattern = [];
  listener.on("message", (channel, message) => messages.push(`${channel} ${message}`));
  listener.on("pmessage", (pattern, channel, message) => byPattern.push(message));
  await listener.subscribe("news");
  await listener.psubscribe("new*");
  for (let number = 0; number < 50; number += 1) {
    assert.equal(await redis.publish("news", number), 2);
  }
  await until(() => messages.length === 50 && byPattern.length === 50);
  assert.deepEqual(messages, [...Array(50).keys()].map((number) => `news ${number}`));
  listener.disconnect();
});

await part("locks of redlock", async () => {
  const redlock = new Redlock([redis], { retryCount: 0 });
  redlock.on("error", () => {});
  let lock = await redlock.acquire(["a", "b"], 60_000);
  await assert.rejects(redlock.acquire(["b", "c"], 60_000));
  lock = await lock.extend(90_000);
  assert.ok((await redis.pttl("b")) > 80_000);
  await lock.release();
});

await redis.quit();
console.log(`${done} parts done with ioredis`);
