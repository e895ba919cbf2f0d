"""Rules that every state machine keeps."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.moves import tasks as moves
from functions.tenants import tasks as tenants
from makoto.runtime.tasks import TaskDoor
from stacks.services import MOVING, SQL_TASK
from tests.statemachines.conftest import DEFINITIONS

FILES = sorted(DEFINITIONS.glob("*.asl.json"))
PASSING = {
    "Unavailable",
    "Throttled",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}
"""What passes by itself.
https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html"""

DIED = {
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
    "States.Timeout",
}
"""What a function that died leaves: every task may be run again, but each try may cost its whole timeout."""

DOORS = {"${tenants_tasks}": (tenants.door, SQL_TASK), "${moves_tasks}": (moves.door, MOVING)}

LONGEST_S = {"move_tenant.asl": 60 * 86_400}
"""A move lasts as long as its copying and its grace period of 30 days at most; any other ends within the hour."""


def _definition(file: Path) -> dict[str, Any]:
    definition: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return definition


def _tasks(file: Path) -> dict[str, dict[str, Any]]:
    return {name: state for name, state in _definition(file)["States"].items() if state["Type"] == "Task"}


def _door(file: Path) -> TaskDoor:
    (called,) = {state["Parameters"]["FunctionName"] for state in _tasks(file).values()}
    return DOORS[called][0]


def test_there_are_definitions() -> None:
    assert [file.name for file in FILES] == ["move_tenant.asl.json", "onboard_tenant.asl.json"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_definition_is_jsonpath_and_ends_in_time(file: Path) -> None:
    definition = _definition(file)

    assert definition["QueryLanguage"] == "JSONPath"
    assert definition["TimeoutSeconds"] <= LONGEST_S.get(file.stem, 3600)
    assert "{%" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_task_is_tried_again_after_what_passes_and_after_a_death(file: Path) -> None:
    for name, state in _tasks(file).items():
        died, passing = state["Retry"]
        assert set(died["ErrorEquals"]) == DIED, name
        assert died["MaxAttempts"] == 2, name
        assert set(passing["ErrorEquals"]) == PASSING, name
        for retry in (died, passing):
            assert retry["BackoffRate"] > 1, name
            assert retry["MaxDelaySeconds"] <= 60, name
            assert retry["JitterStrategy"] == "FULL", name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_task_is_caught(file: Path) -> None:
    for name, state in _tasks(file).items():
        (catch,) = state["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"], name
        assert catch["ResultPath"].startswith("$."), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_task_outlives_its_function_so_that_no_two_of_it_run(file: Path) -> None:
    for name, state in _tasks(file).items():
        _, sizing = DOORS[state["Parameters"]["FunctionName"]]
        assert sizing.timeout_s < state["TimeoutSeconds"] <= sizing.timeout_s + 180, name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_placeholders_are_functions_and_nothing_is_an_address(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert set(re.findall(r"\$\{[^}]*\}", text)) <= set(DOORS)
    assert re.findall(r"arn:aws:(?!states:::lambda:invoke)", text) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_task_is_one_of_its_domain_and_every_one_is_used(file: Path) -> None:
    used = {state["Parameters"]["Payload"]["task"] for state in _tasks(file).values()}

    assert used == set(_door(file).tasks)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_task_is_given_what_its_command_asks_for(file: Path) -> None:
    for name, state in _tasks(file).items():
        payload = state["Parameters"]["Payload"]
        command, _ = _door(file).tasks[payload["task"]]
        assert {key.removesuffix(".$") for key in payload["input"]} == set(command.model_fields), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_state_is_reached_and_every_reference_exists(file: Path) -> None:
    definition = _definition(file)
    states = definition["States"]
    reached = {definition["StartAt"]}
    for state in states.values():
        reached |= {state[key] for key in ("Next", "Default") if key in state}
        reached |= {branch["Next"] for branch in [*state.get("Choices", []), *state.get("Catch", [])]}

    assert reached == set(states)
