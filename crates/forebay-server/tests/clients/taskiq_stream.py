"""Tasks of taskiq over a stream: they are sent, run by workers of a group, acknowledged, and those
of a worker that died are taken over, under a lock.

Usage: taskiq_stream.py PORT
"""

import asyncio
import os
import sys
import traceback

import redis.asyncio as redis
from taskiq.acks import AcknowledgeType
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

TASKS = 200
DEAD = 20
# No worker of this program is idle for so long.
IDLE_MS = 600_000


def broker(port, done):
    made = RedisStreamBroker(
        f"redis://127.0.0.1:{port}",
        queue_name="tasks",
        xread_block=50,
        idle_timeout=IDLE_MS,
        unacknowledged_lock_timeout=10,
    )

    @made.task(task_name="note")
    async def note(number: int) -> None:
        done.append(number)

    made.is_worker_process = True
    return made, note


async def main():
    port = sys.argv[1]
    done = []
    dying, note = broker(port, [])
    await dying.startup()
    for number in range(DEAD):
        await note.kiq(number)
    # A worker takes the first tasks, and dies before it has run them.
    client = redis.Redis(port=int(port), protocol=2)
    read = await client.xreadgroup("taskiq", "dead", {"tasks": ">"}, count=DEAD)
    taken = [key for key, _ in read[0][1]]
    assert len(taken) == DEAD and (await client.xpending("tasks", "taskiq"))["pending"] == DEAD
    # It died long ago.
    await client.xclaim(
        "tasks", "taskiq", "dead", 0, taken, idle=2 * IDLE_MS, justid=True
    )

    workers = [broker(port, done)[0] for _ in range(2)]
    tasks = []
    for worker in workers:
        await worker.startup()
        receiver = run_receiver_task(worker, ack_time=AcknowledgeType.WHEN_EXECUTED)
        tasks.append(asyncio.create_task(receiver))
    for number in range(DEAD, TASKS):
        await note.kiq(number)
    async with asyncio.timeout(60):
        while len(set(done)) < TASKS or (await client.xpending("tasks", "taskiq"))["pending"]:
            # A worker looks for what others left behind after it has read something new.
            await note.kiq(TASKS)
            await asyncio.sleep(0.05)
    numbers = [number for number in done if number < TASKS]
    assert sorted(set(numbers)) == list(range(TASKS)), sorted(numbers)
    # What was taken over from the dead worker was not also taken from a living one.
    assert len(numbers) == TASKS, f"{len(numbers)} runs of {TASKS} tasks"
    assert await client.exists("autoclaim:taskiq:tasks") == 0, "the lock was not released"
    print(f"{TASKS} tasks done over a stream, {DEAD} of them taken over", flush=True)
    # A receiver of taskiq does not always end when it is cancelled.
    os._exit(0)


async def end_with_what_failed():
    try:
        await main()
    except BaseException:
        traceback.print_exc()
        os._exit(1)


asyncio.run(end_with_what_failed())
