"""What a function may do, one name a capability; a door of `services.DOMAINS` lists those it needs."""

from collections.abc import Callable
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from stacks.constructs.grants import allow, use_key
from stacks.constructs.queue import ConsumerQueue
from stacks.data import DataStack
from stacks.identity import IdentityStack
from stacks.ingestion import IngestionStack
from stacks.names import Names, iot_arn, role_arn, state_machine_arn
from stacks.settings import DeploymentSettings
from stacks.variables import QueueUrls


@dataclass(frozen=True)
class Upstream:
    """The stacks that are deployed before the functions."""

    settings: DeploymentSettings
    names: Names
    data: DataStack
    identity: IdentityStack
    ingestion: IngestionStack
    wakes: ConsumerQueue

    @property
    def queues(self) -> QueueUrls:
        """Where functions send messages."""
        return QueueUrls(self.ingestion.rejected.queue_url, self.wakes.queue.queue_url)


Grant = Callable[[iam.Role, Upstream], None]

ONBOARDING = "onboard_tenant"
MOVING = "move_tenant"
CUSTOMER_ROLE = "makoto-tenant-access"
NAMED_LATER = "things and certificates are named by tenants and by IoT Core after deployment"


def read_configuration(role: iam.Role, upstream: Upstream) -> None:
    _table(role, upstream, "configuration", "dynamodb:GetItem")


def list_configuration(role: iam.Role, upstream: Upstream) -> None:
    _table(role, upstream, "configuration", "dynamodb:GetItem", "dynamodb:Query")


def write_configuration(role: iam.Role, upstream: Upstream) -> None:
    actions = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
    _table(role, upstream, "configuration", *actions)


def read_sessions(role: iam.Role, upstream: Upstream) -> None:
    _table(role, upstream, "sessions", "dynamodb:GetItem")


def write_sessions(role: iam.Role, upstream: Upstream) -> None:
    _table(role, upstream, "sessions", "dynamodb:PutItem")


def remember_events(role: iam.Role, upstream: Upstream) -> None:
    _table(role, upstream, "idempotency", "dynamodb:GetItem", "dynamodb:PutItem")


def use_database(role: iam.Role, upstream: Upstream) -> None:
    _secret(role, upstream, upstream.data.database.app_secret)


def own_database(role: iam.Role, upstream: Upstream) -> None:
    _secret(role, upstream, upstream.data.database.owner_secret)


def publish_events(role: iam.Role, upstream: Upstream) -> None:
    stack = cdk.Stack.of(role)
    bus = stack.format_arn(service="events", resource="event-bus", resource_name=upstream.names.bus)
    allow(role, "events:PutEvents", on=[bus])


def start_onboarding(role: iam.Role, upstream: Upstream) -> None:
    _start(role, upstream, ONBOARDING)


def start_moves(role: iam.Role, upstream: Upstream) -> None:
    _start(role, upstream, MOVING)


def _start(role: iam.Role, upstream: Upstream, definition: str) -> None:
    machine = upstream.names.state_machine(definition)
    allow(role, "states:StartExecution", on=[state_machine_arn(role, machine)])
    executions = state_machine_arn(role, f"{machine}:*").replace(":stateMachine:", ":execution:")
    allow(
        role,
        "states:DescribeExecution",
        on=[executions],
        wildcard_because="an execution is named after the tenant, which comes after deployment",
    )


def sign_people_in(role: iam.Role, upstream: Upstream) -> None:
    """Pass a sign-in on to Cognito; what a token allows needs no grant."""
    actions = ("cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge")
    allow(role, *actions, on=[upstream.identity.pool.user_pool_arn])


def invite_people(role: iam.Role, upstream: Upstream) -> None:
    allow(
        role,
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminGetUser",
        "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:AdminListGroupsForUser",
        "cognito-idp:CreateGroup",
        on=[upstream.identity.pool.user_pool_arn],
    )


def remove_people(role: iam.Role, upstream: Upstream) -> None:
    actions = ("cognito-idp:ListUsersInGroup", "cognito-idp:AdminDeleteUser", "cognito-idp:DeleteGroup")
    allow(role, *actions, on=[upstream.identity.pool.user_pool_arn])


def reach_tenant_stores(role: iam.Role, upstream: Upstream) -> None:
    hosted = role_arn(role, upstream.names.tenant_data_role)
    allow(role, "sts:AssumeRole", "sts:TagSession", on=[hosted])
    allow(
        role,
        "sts:AssumeRole",
        "sts:TagSession",
        on=[role_arn(role, CUSTOMER_ROLE, account="*")],
        wildcard_because="a customer's account number is in its tenant's record, which comes after deployment; the "
        "role there trusts only this platform with that customer's external id",
    )
    allow(role, "sts:AssumeRole", on=[role_arn(role, upstream.names.web_identity_role)])
    wake_relay(role, upstream)


def wake_relay(role: iam.Role, upstream: Upstream) -> None:
    """Call the relay; whoever writes a tenant's documents may have facts to tell."""
    allow(role, "sqs:SendMessage", on=[upstream.wakes.queue.queue_arn])


def manage_devices(role: iam.Role, upstream: Upstream) -> None:
    """Make and end a device's thing and certificate."""
    things, certificates = _things(role), iot_arn(role, "cert", "*")
    allow(role, "iot:CreateThing", "iot:UpdateThing", on=[things], wildcard_because=NAMED_LATER)
    attaching = ("iot:AttachThingPrincipal", "iot:AttachPolicy")
    allow(role, *attaching, on=[things, certificates], wildcard_because=NAMED_LATER)
    nameless = ("iot:CreateKeysAndCertificate", "iot:DescribeEndpoint")
    allow(role, *nameless, on=["*"], wildcard_because="IAM knows no resource for these two actions")
    revoke_devices(role, upstream)


def revoke_devices(role: iam.Role, upstream: Upstream) -> None:
    """Disable, enable and delete certificates and things that exist."""
    allow(
        role,
        "iot:DeleteThing",
        "iot:ListThingPrincipals",
        "iot:DetachThingPrincipal",
        "iot:DetachPolicy",
        "iot:UpdateCertificate",
        "iot:DeleteCertificate",
        on=[_things(role), iot_arn(role, "cert", "*")],
        wildcard_because=NAMED_LATER,
    )


def acknowledge_messages(role: iam.Role, upstream: Upstream) -> None:
    allow(
        role,
        "iot:Publish",
        on=[iot_arn(role, "topic", "ack/*")],
        wildcard_because="one topic a device, and devices come after deployment",
    )
    nameless = "IAM knows no resource for this action"
    allow(role, "iot:DescribeEndpoint", on=["*"], wildcard_because=nameless)


def reject_messages(role: iam.Role, upstream: Upstream) -> None:
    allow(role, "sqs:SendMessage", on=[upstream.ingestion.rejected.queue_arn])


def watch_health(role: iam.Role, upstream: Upstream) -> None:
    """Ask every part whether it is there; nothing is read from it."""
    stack, names = cdk.Stack.of(role), upstream.names
    messages = upstream.ingestion.messages
    allow(role, "dynamodb:DescribeTable", on=[upstream.data.tables["configuration"].table_arn])
    allow(role, "cognito-idp:DescribeUserPool", on=[upstream.identity.pool.user_pool_arn])
    allow(role, "sqs:GetQueueAttributes", on=[messages.queue.queue_arn, messages.dead_letters.queue_arn])
    allow(role, "states:DescribeStateMachine", on=[state_machine_arn(role, names.state_machine(ONBOARDING))])
    bus = stack.format_arn(service="events", resource="event-bus", resource_name=names.bus)
    allow(role, "events:DescribeEventBus", on=[bus])
    metrics = ("cloudwatch:GetMetricStatistics",)
    allow(role, *metrics, on=["*"], wildcard_because="IAM knows no resource for reading a metric")


def _table(role: iam.Role, upstream: Upstream, purpose: str, *actions: str) -> None:
    allow(role, *actions, on=[upstream.data.tables[purpose].table_arn])
    use_key(role, upstream.data.key, "dynamodb", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")


def _secret(role: iam.Role, upstream: Upstream, secret: secretsmanager.ISecret) -> None:
    allow(role, "secretsmanager:GetSecretValue", on=[secret.secret_arn])
    use_key(role, upstream.data.key, "secretsmanager", "kms:Decrypt")


def _things(role: iam.Role) -> str:
    return iot_arn(role, "thing", "t????????????_*")
