"""The inbox on the DynamoDB idempotency table."""

from time import time
from typing import TYPE_CHECKING

from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_S = 15 * 24 * 3600  # a day longer than SQS keeps a message


class DynamoInbox:
    """One item a consumer and event, removed by the table's expiry."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table = table
        self._client = client

    def has_seen(self, consumer: str, event_id: str) -> bool:
        key = {"pk": {"S": f"inbox#{consumer}#{event_id}"}}
        return "Item" in self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)

    def remember(self, consumer: str, event_id: str) -> None:
        expires_at = str(int(time()) + KEPT_S)
        item = {"pk": {"S": f"inbox#{consumer}#{event_id}"}, "expires_at": {"N": expires_at}}
        self._client.put_item(TableName=self._table, Item=item)


def connect(settings: RuntimeSettings) -> DynamoInbox:
    """Use the platform's own table with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return DynamoInbox(settings.idempotency_table, platform_client("dynamodb"))
