"""The platform's parts in AWS, each asked with the cheapest call that shows it is there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from makoto.errors import Unavailable
from makoto.ports.health import Figures, HealthChecks
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

AGE_WINDOW = timedelta(minutes=5)


class NotActive(Unavailable):
    """The part is there and does not serve."""


@dataclass(frozen=True)
class AwsPart:
    """A part and its question."""

    name: str
    question: Callable[[], Figures]

    def check(self) -> Figures:
        return self.question()


@dataclass(frozen=True)
class Questions:
    """One method a part."""

    settings: RuntimeSettings

    def database(self) -> Figures:
        """Open a connection as the application does and read one row."""
        from makoto.adapters.database.connection import DatabaseLogin

        secret = _client("secretsmanager").get_secret_value(SecretId=self.settings.database_app_secret)
        with DatabaseLogin.from_secret(secret["SecretString"]).connect(autocommit=True) as connection:
            row = connection.execute("SELECT count(*) AS connections FROM pg_stat_activity").fetchone()
        return {"connections": int(row["connections"])} if row else {}

    def configuration(self) -> Figures:
        table = _client("dynamodb").describe_table(TableName=self.settings.configuration_table)["Table"]
        _require(table["TableStatus"] in ("ACTIVE", "UPDATING"), "the table is not active")
        return {}

    def identity(self) -> Figures:
        """Describe the user pool; the keys have no promise to be served by Cognito's endpoint in the network."""
        _client("cognito-idp").describe_user_pool(UserPoolId=self.settings.user_pool_id)
        return {}

    def bus(self) -> Figures:
        _client("events").describe_event_bus(Name=self.settings.bus_name)
        return {}

    def onboarding(self) -> Figures:
        machine = _client("stepfunctions").describe_state_machine(
            stateMachineArn=self.settings.onboarding_state_machine_arn
        )
        _require(machine["status"] == "ACTIVE", "the state machine is not active")
        return {}

    def telemetry_queue(self) -> Figures:
        """Count what waits; the age of the oldest comes from CloudWatch, where it is missing for an idle queue."""
        queue = f"makoto-{self.settings.environment}-telemetry-messages"
        figures = {
            **_counts(_client("sqs"), self._url(queue)),
            "dead_letters": _counts(_client("sqs"), self._url(f"{queue}-dlq"))["waiting"],
        }
        age_s = _oldest_age_s(_client("cloudwatch"), queue)
        return figures if age_s is None else {**figures, "oldest_age_s": age_s}

    def _url(self, queue: str) -> str:
        """The queues of an environment are neighbours of the one that the settings name."""
        return f"{self.settings.rejected_queue_url.rpartition('/')[0]}/{queue}"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotActive(otherwise)


def _counts(client: "SQSClient", url: str) -> dict[str, int]:
    answer = client.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    counts = answer["Attributes"]
    return {
        "waiting": int(counts["ApproximateNumberOfMessages"]),
        "in_flight": int(counts["ApproximateNumberOfMessagesNotVisible"]),
    }


def _oldest_age_s(client: "CloudWatchClient", queue: str) -> int | None:
    """Read the metric of the last minutes; none where there is no point, or CloudWatch refuses or does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    now = datetime.now(UTC)  # noqa: TID251  AWS wants a window; nothing is decided by it
    try:
        answer = client.get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": queue}],
            StartTime=now - AGE_WINDOW,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )
    except (BotoCoreError, ClientError):
        return None
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return int(points[-1]["Maximum"]) if points else None


@cache
def _client(service: str) -> Any:  # any service's client; the caller names its type
    """A client that gives up before the checks do: one try, short timeouts."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=0.8, read_timeout=1.2, retries={"total_max_attempts": 1})
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # the name is free


def connect(settings: RuntimeSettings) -> HealthChecks:
    """Every part; clients are made before the threads start, since making one is not thread-safe."""
    for service in ("secretsmanager", "dynamodb", "events", "stepfunctions", "sqs", "cloudwatch", "cognito-idp"):
        _client(service)
    ask = Questions(settings)
    questions = (ask.database, ask.configuration, ask.identity, ask.bus, ask.onboarding, ask.telemetry_queue)
    return HealthChecks([AwsPart(question.__name__, question) for question in questions])
