"""Calls to the relay by way of an SQS queue."""

import json
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.wakes import LONGEST_DELAY_S
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsWakes:
    """A standard queue; the tenant is the message's group, so that SQS serves tenants fairly.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """

    def __init__(self, queue_url: str, client: "SQSClient") -> None:
        self._queue_url = queue_url
        self._client = client

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        body = {"tenant_id": tenant_id, "partition": partition, "attempt": attempt}
        with translated():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(body, ensure_ascii=False),
                DelaySeconds=min(delay_s, LONGEST_DELAY_S),
                MessageGroupId=tenant_id,
            )


def connect(settings: RuntimeSettings) -> SqsWakes:
    """Use the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return SqsWakes(settings.wakes_queue_url, platform_client("sqs"))
