"""Ended sessions in DynamoDB; the table's expiry removes them."""

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.sessions import Sessions
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSessions:
    """One item a key."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, key: str, expires_at: datetime) -> None:
        item = {"pk": {"S": key}, "expires_at": {"N": str(ceil(expires_at.timestamp()))}}
        with translated(writing=True):
            self._client.put_item(TableName=self._table, Item=item)

    def has(self, key: str) -> bool:
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": key}}, ConsistentRead=True, ProjectionExpression="pk"
            )
        return "Item" in answer


def connect(settings: RuntimeSettings) -> Sessions:
    """Use the platform's own table with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return Sessions(DynamoSessions(platform_client("dynamodb"), settings.sessions_table))
