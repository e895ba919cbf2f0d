"""Keeps a writer, a relay and a consumer alive and kills them at random; `python -m tests.contract.crashes.supervisor`.

Run as a process of its own with one thread, since it forks: a child starts in milliseconds and not in a second.
"""

import os
import random
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from makoto.adapters.clouds.aws.session import platform_client
from makoto.ports import outbox
from tests.contract.crashes.story import ROLES, Plan, Tally, contexts, play, tally

LONGEST_LIFE_S = 0.25
FIRST_WAKE_S = 3
"""Of the product's 60 s, so that the end of the run need not wait a minute for the wakes of writers that died."""

QUIET_WITHIN_S = 45
LOADED_ONCE = ("psycopg", "makoto.adapters.stores.postgres", "makoto.adapters.clouds.aws.stores")


def main(plan_file: Path) -> None:
    plan = Plan.model_validate_json(plan_file.read_text(encoding="utf-8"))
    outbox.FIRST_WAKE_S = FIRST_WAKE_S
    play(plan)
    for service in ("sqs", "events", "sts", "dynamodb"):  # read and made before the forks, used after them
        platform_client(service)
    for module in LOADED_ONCE:
        import_module(module)
    chance = random.Random(plan.seed)
    children = {role: _start(role, plan) for role in ROLES}
    lives = 1
    for _ in range(plan.kills):
        role = chance.choice(list(ROLES))
        time.sleep(chance.uniform(0, LONGEST_LIFE_S))
        _kill(children[role])
        plan = plan.model_copy(update={"life": lives})
        lives += role == "writer"
        children[role] = _start(role, plan)
    _kill(children.pop("writer"))
    found = _settled(plan, lives)
    for child in children.values():
        _kill(child)
    print(found.model_dump_json(), flush=True)


def _start(role: str, plan: Plan) -> int:
    """Fork a child and wait until it is about to begin its work."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be(role, plan, writing)
    os.close(writing)
    assert os.read(reading, 1) == b"r", f"the {role} ended before it began"
    os.close(reading)
    return child


def _be(role: str, plan: Plan, writing: int) -> NoReturn:
    try:
        ROLES[role](plan, lambda: _say_ready(writing))
    finally:
        os._exit(1)


def _say_ready(writing: int) -> None:
    os.write(writing, b"r")
    os.close(writing)


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "a process ended by itself"


def _settled(plan: Plan, lives: int) -> Tally:
    """Wait until nothing is under way any more, or until waiting is in vain, and say what the stores hold."""
    tenants = contexts()
    deadline = time.monotonic() + QUIET_WITHIN_S
    while time.monotonic() < deadline:
        found = tally(tenants, lives)
        if not (found.lost or found.waiting or _under_way(plan)):
            break
        time.sleep(0.2)
    return tally(tenants, lives)


def _under_way(plan: Plan) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = platform_client("sqs")
    told = queue.get_queue_attributes(QueueUrl=plan.events_url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
