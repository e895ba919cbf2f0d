"""The task door: typed commands in, JSON out, failures by the six kinds."""

import pytest

from makoto.domain import Value
from makoto.errors import Conflict, Unavailable
from makoto.runtime.tasks import TaskDoor
from tests.builders import lambda_context


class Weld(Value):
    seam: str
    passes: int = 1


class SeamClosed(Conflict):
    """A domain's own error."""


@pytest.fixture
def door() -> TaskDoor:
    door = TaskDoor("welding")

    @door.task("weld_seam")
    def weld_seam(command: Weld) -> Weld:
        if command.seam == "closed":
            raise SeamClosed("seam closed is welded already")
        if command.seam == "cold":
            raise Unavailable("the torch does not answer")
        return command

    return door


def test_a_task_answers_with_the_json_of_its_result(door: TaskDoor) -> None:
    given = {"task": "weld_seam", "input": {"seam": "a", "passes": 2}}
    assert door.handler(given, lambda_context()) == {"seam": "a", "passes": 2}


@pytest.mark.parametrize(
    ("given", "kind", "cause"),
    [
        ({"task": "weld_seam", "input": {"seam": "closed"}}, "Conflict", "seam-closed: seam closed is welded already"),
        ({"task": "weld_seam", "input": {"seam": "cold"}}, "Unavailable", "the torch does not answer"),
        ({"task": "weld_seam", "input": {"seam": "a", "heat": 1}}, "Invalid", "/heat"),
        ({"task": "melt", "input": {}}, "Invalid", "no task 'melt'"),
        ({}, "Invalid", "no task"),
    ],
)
def test_a_failure_leaves_as_one_of_the_six_kinds(
    door: TaskDoor, given: dict[str, object], kind: str, cause: str
) -> None:
    with pytest.raises(Exception, match=cause) as failure:
        door.handler(given, lambda_context())
    assert type(failure.value).__name__ == kind
