"""What programs do through redis-py, which does not know that this is not Redis.

Usage: redis_py.py PORT [PORT]. The same is done with a second server, and with both protocols.
"""

import sys
import threading
import time

import redis
from redis.lock import Lock


def lists(r):
    assert r.lpush("mq", "a", "b", "c") == 3
    assert r.rpop("mq") == "a"
    assert r.lmove("mq", "backup", "RIGHT", "LEFT") == "b"
    assert r.brpoplpush("mq", "backup", timeout=1) == "c"
    assert r.lrange("backup", 0, -1) == ["c", "b"]
    assert r.lrem("backup", 1, "b") == 1
    assert r.lmpop(2, "none", "backup", direction="LEFT", count=5) == ["backup", ["c"]]
    assert r.exists("mq", "backup") == 0


def blocking(r):
    assert r.brpop("mq", timeout=0.05) is None
    got = []
    threads = []
    for number in range(3):
        def wait():
            got.append(r.brpop(["urgent", "mq"], timeout=10))
        thread = threading.Thread(target=wait)
        thread.start()
        threads.append(thread)
        until(lambda: r.info("clients")["blocked_clients"] == number + 1)
    assert r.lpush("mq", "1", "2") == 2
    assert r.lpush("urgent", "0") == 1
    for thread in threads:
        thread.join()
    expected = [("mq", "1"), ("mq", "2"), ("urgent", "0")]
    assert sorted(tuple(item) for item in got) == expected, got


def streams(r):
    first = r.xadd("s", {"repo": "5"})
    second = r.xadd("s", {"repo": "3", "who": "me"}, maxlen=100, approximate=True)
    assert first < second and r.xlen("s") == 2
    assert r.xrange("s") == [(first, {"repo": "5"}), (second, {"repo": "3", "who": "me"})]
    assert [key for key, _ in r.xrevrange("s", count=1)] == [second]
    read = entries(r.xread({"s": first}))
    assert read == [("s", [(second, {"repo": "3", "who": "me"})])], read
    assert not r.xread({"s": "$"}, block=30)

    assert r.xgroup_create("s", "g", id="0")
    try:
        r.xgroup_create("s", "g")
        raise AssertionError("a group was created twice")
    except redis.ResponseError as error:
        assert str(error).startswith("BUSYGROUP"), error
    read = entries(r.xreadgroup("g", "c1", {"s": ">"}, count=1))
    assert read == [("s", [(first, {"repo": "5"})])], read
    read = entries(r.xreadgroup("g", "c2", {"s": ">"}, count=10, block=1000))
    assert [key for key, _ in read[0][1]] == [second], read
    summary = r.xpending("s", "g")
    assert summary["pending"] == 2 and summary["min"] == first, summary
    assert {each["name"]: each["pending"] for each in summary["consumers"]} == {"c1": 1, "c2": 1}
    assert r.xack("s", "g", first) == 1
    detail = r.xpending_range("s", "g", "-", "+", 10)
    assert [(each["consumer"], each["times_delivered"]) for each in detail] == [("c2", 1)], detail
    claimed = r.xclaim("s", "g", "c1", 0, [second])
    assert [key for key, _ in claimed] == [second], claimed
    taken = r.xautoclaim("s", "g", "c3", 0, count=10)
    assert taken[0] == "0-0" and [key for key, _ in taken[1]] == [second], taken
    assert r.xinfo_groups("s")[0]["name"] == "g"
    assert r.xinfo_stream("s")["length"] == 2
    assert {each["name"] for each in r.xinfo_consumers("s", "g")} == {"c1", "c2", "c3"}
    assert r.xdel("s", first) == 1 and r.xtrim("s", maxlen=0) == 1
    r.delete("s")


def entries(read):
    """XREAD is a map in RESP3, whose entries redis-py leaves in a list of their own."""
    if isinstance(read, dict):
        read = list(read.items())
        read = [(key, groups[0] if groups and isinstance(groups[0], list) else groups)
                for key, groups in read]
    return [(key, [(each, fields) for each, fields in found]) for key, found in read]


def pipelines(r):
    with r.pipeline(transaction=False) as pipe:
        for number in range(1000):
            pipe.rpush("q", number)
        assert pipe.execute() == list(range(1, 1001))
    with r.pipeline(transaction=True) as pipe:
        pipe.lpop("q")
        pipe.set("text", "x")
        pipe.lpop("text")
        pipe.llen("q")
        replies = pipe.execute(raise_on_error=False)
    assert replies[0] == "0" and replies[3] == 999, replies
    assert str(replies[2]).startswith("WRONGTYPE"), replies
    r.delete("q", "text")


def transactions(r):
    attempts = []

    def double(pipe):
        value = int(pipe.get("count") or 0)
        if not attempts:
            # Somebody is faster, and the transaction is tried again.
            r.incr("count")
        attempts.append(value)
        pipe.multi()
        pipe.set("count", value * 2)
        pipe.get("count")

    r.set("count", 5)
    assert r.transaction(double, "count") == [True, "12"]
    assert attempts == [5, 6]
    r.delete("count")


def channels(r):
    listener = r.pubsub()
    listener.subscribe("news")
    listener.psubscribe("new*")
    # The two confirmations.
    for _ in range(2):
        assert listener.get_message(timeout=5)["type"] in ("subscribe", "psubscribe")
    for number in range(50):
        assert r.publish("news", number) == 2
    received = [listener.get_message(timeout=5) for _ in range(100)]
    for kind in ("message", "pmessage"):
        data = [each["data"] for each in received if each["type"] == kind]
        assert data == [str(number) for number in range(50)], data
    assert r.pubsub_numsub("news") == [("news", 1)]
    listener.close()


def locks(r):
    lock = r.lock("lock", timeout=10)
    assert lock.acquire() and lock.owned()
    other = r.lock("lock", timeout=10, blocking_timeout=0.05)
    assert not other.acquire()
    assert lock.extend(10) and 15_000 < r.pttl("lock") <= 20_000
    assert lock.extend(5, replace_ttl=True) and 3_000 < r.pttl("lock") <= 5_000
    assert lock.reacquire() and 8_000 < r.pttl("lock") <= 10_000
    lock.release()
    assert r.exists("lock") == 0
    try:
        lock.release()
        raise AssertionError("a lock was released twice")
    except redis.exceptions.LockError:
        pass
    with r.lock("lock", timeout=10):
        assert r.exists("lock") == 1
    # Within a transaction the scripts are looked for, loaded, and then called.
    with r.pipeline() as pipe:
        pipe.set("lock", "mine", nx=True)
        r.register_script(Lock.LUA_RELEASE_SCRIPT)(keys=["lock"], args=["mine"], client=pipe)
        assert pipe.execute() == [True, 1]
    texts = (Lock.LUA_RELEASE_SCRIPT, Lock.LUA_EXTEND_SCRIPT, Lock.LUA_REACQUIRE_SCRIPT)
    for text in texts:
        for value, milliseconds in (("mine", None), ("mine", 60_000), ("yours", 60_000)):
            r.set("lock", value, px=milliseconds)
            held = value == "mine"
            done = int(held and not (text == Lock.LUA_EXTEND_SCRIPT and milliseconds is None))
            assert r.eval(text, 1, "lock", "mine", "70000", "0") == done, (text, value)
            r.delete("lock")
            assert r.eval(text, 1, "lock", "mine", "70000", "0") == 0, text


def until(is_so):
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.005)


PARTS = (lists, blocking, streams, pipelines, transactions, channels, locks)


def main():
    done = 0
    for port in sys.argv[1:]:
        for protocol in (2, 3):
            r = redis.Redis(port=int(port), protocol=protocol, decode_responses=True)
            r.flushall()
            for part in PARTS:
                try:
                    part(r)
                except BaseException:
                    print(f"redis-py, port {port}, RESP{protocol}: {part.__name__}", file=sys.stderr)
                    raise
                assert r.dbsize() == 0, f"{part.__name__} left {r.keys()}"
                done += 1
            r.close()
    print(f"{done} parts done with redis-py {redis.__version__}")


main()
