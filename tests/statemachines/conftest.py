"""Runs a definition as deployed, its one Lambda being the task door in this process."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from functions.moves import tasks as moves
from functions.tenants import tasks as tenants
from makoto.adapters.clouds.memory import FixedClock
from tests.builders import lambda_context

DEFINITIONS = Path(__file__).parents[2] / "statemachines"
FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:makoto-test-{}-tasks"
DOORS = {"tenants": tenants.handler, "moves": moves.handler}
ENDS_WITHIN_S = 30

PARSE = AmazonStateLanguageParser.parse


@cache
def _syntax_tree(definition: str) -> Any:
    return PARSE(definition)[1]


def _program(definition: str) -> tuple[Any, Any]:
    """As the interpreter's own, which reads a definition for half a second: the text's tree is kept, no program is."""
    tree = _syntax_tree(definition)
    return Preprocessor().visit(tree), tree


@dataclass
class Lambda:
    """The function behind every task: what it was asked, and how it is made to fail."""

    domain: str = "tenants"
    asked: list[str] = field(default_factory=list)
    fails: Callable[[str, int], str | None] = lambda task, attempt: None

    def invoke(self, parameters: dict[str, Any], **_: object) -> dict[str, Any]:
        """Answer as Lambda's API does; a failure has its class as `errorType`."""
        event = json.loads(parameters["Payload"])
        task = event["task"]
        self.asked.append(task)
        error = self.fails(task, self.asked.count(task))
        if error is not None:
            return _failed(error, "made to fail")
        try:
            payload = DOORS[self.domain](event, lambda_context())
        except Exception as raised:  # noqa: BLE001  Lambda's own outermost frame
            return _failed(type(raised).__name__, str(raised))
        return {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": payload}


def _failed(error: str, message: str) -> dict[str, Any]:
    payload = {"errorType": error, "errorMessage": message, "stackTrace": ["secret=hunter2"]}
    return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    """Stand where the interpreter calls Lambda over the wire; waits between tries take no time."""
    function = Lambda()
    monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", function.invoke)
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr(AmazonStateLanguageParser, "parse", staticmethod(_program))
    return function


Run = Callable[..., str]


@pytest.fixture
def run(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the onboarding of a tenant to its end and return how it ended."""
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions", region_name="ap-northeast-1")
        machine = _machine(client, "onboard_tenant", "tenants")
        counted = iter(range(1, 100))

        def act(tenant_id: str, mode: str = "onboard") -> str:
            given = {"tenant_id": tenant_id, "mode": mode, "correlation_id": "request-1"}
            return ended(client, machine, f"run-{next(counted)}", given)

        yield act


def _machine(client: Any, definition: str, domain: str) -> str:
    text = (DEFINITIONS / f"{definition}.asl.json").read_text(encoding="utf-8")
    made = client.create_state_machine(
        name=definition.replace("_", "-"),
        definition=text.replace(f"${{{domain}_tasks}}", FUNCTION.format(domain)),
        roleArn="arn:aws:iam::123456789012:role/states",
    )
    return str(made["stateMachineArn"])


def ended(client: Any, machine: str, name: str, given: dict[str, str]) -> str:
    """Run an execution to its end and return its error or its status."""
    execution = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
    deadline = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < deadline:
        found = client.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return str(found.get("error") or found["status"])
        time.sleep(0.01)  # the interpreter runs in a thread of its own and cannot be waited for
    raise TimeoutError(execution)


@pytest.fixture
def run_move(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a move's execution to its end and return how it ended; waiting moves the given clock on instead."""
    import boto3

    function.domain = "moves"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions", region_name="ap-northeast-1")
        machine = _machine(client, "move_tenant", "moves")

        def act(clock: FixedClock, **given: str) -> str:
            monkeypatch.setattr(
                wait_function.WaitFunction, "_wait_interval", lambda _, env, wait_seconds: clock.advance(wait_seconds)
            )
            return ended(client, machine, f"{given['move_id']}-{given['attempt']}", given)

        yield act
