"""Step Functions: every file of `statemachines/` is a Standard state machine."""

import re
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.grants import allow
from stacks.constructs.log_group import log_group, removal_policy
from stacks.names import Names, function_arn
from stacks.services import DOMAINS
from stacks.settings import DeploymentSettings

DEFINITIONS = Path(__file__).resolve().parents[1] / "statemachines"
TASK_DOORS = {f"{domain.name}_{door.name}": (domain.name, door.name) for domain in DOMAINS for door in domain.doors}
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
"""`${tenants_tasks}` stands for the ARN of the function `makoto-{env}-tenants-tasks`; there is no other kind."""


class WorkflowsStack(cdk.Stack):
    """`<verb>_<noun>.asl.json` becomes `makoto-{env}-<verb>-<noun>`, allowed to call the functions it names."""

    def __init__(
        self, scope: Construct, settings: DeploymentSettings, names: Names, definitions: Path = DEFINITIONS
    ) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Workflows"), env=environment, description="Makoto: state machines")
        for file in sorted(definitions.glob("*.asl.json")):
            self._machine(file, settings, names)

    def _machine(self, file: Path, settings: DeploymentSettings, names: Names) -> None:
        definition = file.name.removesuffix(".asl.json")
        name = names.state_machine(definition)
        construct = Construct(self, "".join(word.capitalize() for word in definition.split("_")))
        role = iam.Role(construct, "Role", role_name=name, assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        text = file.read_text(encoding="utf-8")
        called = {
            placeholder: function_arn(self, names.function(*TASK_DOORS[placeholder]))
            for placeholder in sorted(set(PLACEHOLDER.findall(text)))
        }
        allow(role, "lambda:InvokeFunction", on=sorted(called.values()))
        sfn.StateMachine(
            construct,
            "Machine",
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(text),
            definition_substitutions=called,
            role=role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(construct, "Logs", f"/aws/vendedlogs/states/{name}", settings),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,  # inputs name people
            ),
            removal_policy=removal_policy(settings),
        )
        acknowledge(role, "IAM5[Resource::*]", because="X-Ray and log delivery have no resource names")
