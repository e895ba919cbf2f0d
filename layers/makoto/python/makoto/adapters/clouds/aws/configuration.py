"""The configuration table in DynamoDB."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.aws.errors import translated
from makoto.errors import Throttled
from makoto.ports.configuration import Configuration, DeleteItem, Item, ItemKey, PutItem
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

UNLESS_NEWER = "attribute_not_exists(pk) OR #version < :version"


class DynamoConfiguration:
    """Items under pk and sk; every read is strongly consistent."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: ItemKey) -> Item | None:
        with translated():
            answer = self._client.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True)
        return _COLUMNS.read(answer["Item"]) if "Item" in answer else None

    def list(self, pk: str, prefix: str) -> Sequence[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        with translated():
            return [_COLUMNS.read(item) for page in pages for item in page["Items"]]

    def write(self, writes: Sequence[PutItem | DeleteItem]) -> bool:
        transaction = [self._transact(write) for write in writes]
        try:
            with translated(writing=True):
                self._client.transact_write_items(TransactItems=transaction)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            reasons = {reason.get("Code", "None") for reason in cancelled.response.get("CancellationReasons", [])}
            if reasons <= {"None", "ConditionalCheckFailed"}:
                return False
            raise Throttled("another write of the same item is under way") from cancelled
        return True

    def _transact(self, write: PutItem | DeleteItem) -> "TransactWriteItemTypeDef":
        if isinstance(write, DeleteItem):
            return {"Delete": {"TableName": self._table, "Key": _key(write.key)}}
        item = {**_key(write.key), **_COLUMNS.written(write.item)}
        if write.version is None:
            return {"Put": {"TableName": self._table, "Item": item}}
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": UNLESS_NEWER,
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":version": {"N": str(write.version)}},
            }
        }


class _Columns:
    """Converts items to DynamoDB's typed attributes and back; boto3's converters, made when first needed."""

    @cached_property
    def _serializer(self) -> Any:
        from boto3.dynamodb.types import TypeSerializer

        return TypeSerializer()

    @cached_property
    def _deserializer(self) -> Any:
        from boto3.dynamodb.types import TypeDeserializer

        return TypeDeserializer()

    def written(self, item: Item) -> dict[str, Any]:
        return {name: self._serializer.serialize(value) for name, value in item.items()}

    def read(self, item: Mapping[str, Any]) -> Item:
        return {
            name: self._deserializer.deserialize(value) for name, value in item.items() if name not in ItemKey._fields
        }


_COLUMNS = _Columns()


def _key(key: ItemKey) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def connect(settings: RuntimeSettings) -> Configuration:
    """Use the platform's own table with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return Configuration(DynamoConfiguration(platform_client("dynamodb"), settings.configuration_table))
