"""Executions of Step Functions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.workflows import MOVE_TENANT, ONBOARD_TENANT, ExecutionStatus
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsWorkflows:
    """State machines by the name of the workflow."""

    def __init__(self, client: "SFNClient", state_machines: Mapping[str, str]) -> None:
        self._client = client
        self._state_machines = state_machines

    def start(self, workflow: str, execution: str, command: Mapping[str, str]) -> None:
        arn, text = self._state_machines[workflow], orjson.dumps(dict(command)).decode()
        with translated():
            try:
                self._client.start_execution(stateMachineArn=arn, name=execution, input=text)
            except self._client.exceptions.ExecutionAlreadyExists:
                return

    def status(self, workflow: str, execution: str) -> ExecutionStatus:
        arn = self._state_machines[workflow].replace(":stateMachine:", ":execution:") + f":{execution}"
        with translated():
            try:
                found = self._client.describe_execution(executionArn=arn)["status"]
            except self._client.exceptions.ExecutionDoesNotExist:
                return ExecutionStatus.ABSENT
        if found in ("RUNNING", "PENDING_REDRIVE"):
            return ExecutionStatus.RUNNING
        return ExecutionStatus.SUCCEEDED if found == "SUCCEEDED" else ExecutionStatus.FAILED


def connect(settings: RuntimeSettings) -> StepFunctionsWorkflows:
    """Use the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    machines = {
        ONBOARD_TENANT: settings.onboarding_state_machine_arn,
        MOVE_TENANT: settings.moves_state_machine_arn,
    }
    return StepFunctionsWorkflows(platform_client("stepfunctions"), machines)
