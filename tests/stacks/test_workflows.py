"""State machines from their definitions."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from stacks.names import Names
from stacks.settings import DeploymentSettings
from stacks.workflows import DEFINITIONS, WorkflowsStack
from tests.stacks.assembly import Assembly, flat

SETTINGS = DeploymentSettings(environment="dev")


def test_every_definition_is_a_standard_state_machine_of_its_name(prod: Assembly) -> None:
    machines = prod.named("AWS::StepFunctions::StateMachine", "StateMachineName")

    names = {file.name.removesuffix(".asl.json").replace("_", "-") for file in DEFINITIONS.glob("*.asl.json")}
    assert "onboard-tenant" in names
    assert set(machines) == {f"makoto-prod-{name}" for name in names}
    assert {machine["StateMachineType"] for machine in machines.values()} == {"STANDARD"}


def test_every_state_machine_is_traced_and_logged_without_its_data(prod: Assembly) -> None:
    for machine in prod.resources("AWS::StepFunctions::StateMachine").values():
        assert machine["TracingConfiguration"] == {"Enabled": True}
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_a_state_machine_may_call_just_the_functions_it_names(prod: Assembly) -> None:
    called = {
        flat(resource)
        for policy in prod.resources("AWS::IAM::Policy", "Workflows").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
        for resource in ([statement["Resource"]] if isinstance(statement["Resource"], dict) else statement["Resource"])
    }

    assert {arn.rsplit(":", 1)[-1] for arn in called} == {"makoto-prod-tenants-tasks", "makoto-prod-moves-tasks"}


def test_a_placeholder_that_names_no_door_stops_the_synthesis(tmp_path: Path) -> None:
    state = {"Type": "Task", "Resource": "${tenants_nothing}", "End": True}
    definition = {"StartAt": "Do", "States": {"Do": state}}
    tmp_path.joinpath("do_nothing.asl.json").write_text(json.dumps(definition))

    with pytest.raises(KeyError, match="tenants_nothing"):
        WorkflowsStack(cdk.App(), SETTINGS, Names("dev"), tmp_path)
