"""Tasks of taskiq over a list: they are sent, run by a worker, and done once each.

Usage: taskiq_list.py PORT
"""

import asyncio
import os
import sys
import traceback

from taskiq.api import run_receiver_task
from taskiq_redis import ListQueueBroker

TASKS = 200


async def main():
    broker = ListQueueBroker(f"redis://127.0.0.1:{sys.argv[1]}", queue_name="tasks")
    done = []

    @broker.task
    async def note(number: int) -> None:
        done.append(number)

    broker.is_worker_process = True
    await broker.startup()
    _worker = asyncio.create_task(run_receiver_task(broker))
    for number in range(TASKS):
        await note.kiq(number)
    async with asyncio.timeout(60):
        while len(done) < TASKS:
            await asyncio.sleep(0.01)
    assert sorted(done) == list(range(TASKS)), done
    print(f"{TASKS} tasks done over a list", flush=True)
    # A receiver of taskiq does not always end when it is cancelled.
    os._exit(0)


async def end_with_what_failed():
    try:
        await main()
    except BaseException:
        traceback.print_exc()
        os._exit(1)


asyncio.run(end_with_what_failed())
