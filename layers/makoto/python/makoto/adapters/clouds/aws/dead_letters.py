"""The queue of rejected device messages, on SQS."""

from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.dead_letters import DeadLetters
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsDeadLetters:
    """One queue, kept 14 days."""

    def __init__(self, queue_url: str, client: "SQSClient") -> None:
        self._queue_url = queue_url
        self._client = client

    def send(self, body: str) -> None:
        with translated():
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)


def connect(settings: RuntimeSettings) -> DeadLetters:
    """Use the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return DeadLetters(SqsDeadLetters(settings.rejected_queue_url, platform_client("sqs")))
