"""Documents in a DynamoDB table of one tenant.

An item holds `_pk` and `_id` (the key), `_v` (the version), `_ttl` (expiry, seconds since 1970), and in the map `d` the
body, apart from the key, since a filter may not name key attributes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.aws.attributes import Attribute, data_of, map_of
from makoto.adapters.clouds.aws.errors import cancelled_at, translated
from makoto.adapters.clouds.aws.expressions import Expression, condition, filter_expression, key_condition
from makoto.ports.connection import Connection
from makoto.ports.documents import (
    Always,
    Check,
    Chunk,
    ConditionRefused,
    Delete,
    Document,
    DocumentLimits,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.ids import Ids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

LIMITS = DocumentLimits(
    max_item_bytes=400_000,  # of 409,600, the rest for the key, the version and the names
    max_batch_get=100,
    max_batch_put=25,
    max_atomic_writes=100,
    max_atomic_bytes=4_000_000,
    atomic_scope="store",
    native_expiry=True,
)
FILTERED_READ = 500  # items looked at in one read where a filter drops some

Item = Mapping[str, Attribute]


class DynamoDocuments:
    """One table; every read is strongly consistent. `walker` has the right to read the table whole."""

    limits = LIMITS

    def __init__(
        self,
        connection: "Connection[DynamoDBClient]",
        table: str,
        ids: Ids,
        walker: "Connection[DynamoDBClient] | None" = None,
    ) -> None:
        self._connection = connection
        self._walker = walker or connection
        self._table = table
        self._ids = ids

    def read(self, key: Key) -> Document | None:
        def act(client: "DynamoDBClient") -> Document | None:
            with translated():
                answer = client.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True)
            return _document(answer["Item"]) if "Item" in answer else None

        return self._connection.call(act)

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        wanted: Any = {self._table: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}

        def act(client: "DynamoDBClient") -> tuple[Sequence[Document], Sequence[Key]]:
            with translated():
                answer = client.batch_get_item(RequestItems=wanted)
            found = [_document(item) for item in answer["Responses"].get(self._table, [])]
            left = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})["Keys"]
            return found, [_key_of(key) for key in left]

        return self._connection.call(act)

    def scan(self, scan: Scan) -> Chunk:
        def act(client: "DynamoDBClient") -> Chunk:
            with translated():
                answer = client.query(**self._query(scan))
            documents = [_document(item) for item in answer["Items"]]
            within = [document for document in documents if scan.upper is None or document.key.id < scan.upper]
            last = answer.get("LastEvaluatedKey")
            return Chunk(within, _key_of(last).id if last else None)

        return self._connection.call(act)

    def write(self, write: Write, now: datetime) -> str:
        version = self._ids.ulid()
        request = self._request(write, version, now)

        def act(client: "DynamoDBClient") -> None:
            try:
                with translated(writing=True):
                    if isinstance(write, Put):
                        client.put_item(**request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
                    else:
                        client.delete_item(**request)
            except client.exceptions.ConditionalCheckFailedException as refused:
                stored: Any = refused.response.get("Item", {})
                if stored.get("_v") != {"S": version}:  # else our own first try had arrived, only its answer was lost
                    raise ConditionRefused from refused

        if isinstance(write, Check):
            self.write_all([write], now)
        else:
            self._connection.call(act)
        return version

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        by_key = {write.key: write for write in writes}
        requests: Any = [self._batched(write) for write in writes]

        def act(client: "DynamoDBClient") -> Any:
            with translated(writing=True):
                answer = client.batch_write_item(RequestItems={self._table: requests})
            return answer.get("UnprocessedItems", {}).get(self._table, [])

        keys = [
            request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
            for request in self._connection.call(act)
        ]
        return [by_key[_key_of(key)] for key in keys]

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        asked = [index for index, write in enumerate(writes) if not _is_idle(write)]
        items = [self._transact(writes[index], now) for index in asked]
        token = self._ids.ulid()

        def act(client: "DynamoDBClient") -> None:
            try:
                with translated(writing=True):
                    client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except client.exceptions.TransactionCanceledException as cancelled:
                raise ConditionRefused(asked[cancelled_at(cancelled)]) from cancelled

        if items:
            self._connection.call(act)

    def walk(self, after: str | None, wanted: int) -> Walked:
        """In the order of the table's own hash of the partitions; the mark is `[partition, id]`."""
        start: Any = {} if after is None else {"ExclusiveStartKey": _key(Key(*json.loads(after)))}

        def act(client: "DynamoDBClient") -> Walked:
            with translated():
                answer = client.scan(TableName=self._table, ConsistentRead=True, Limit=wanted, **start)
            last = answer.get("LastEvaluatedKey")
            documents = [_document(item) for item in answer["Items"]]
            return Walked(documents, json.dumps(_key_of(last), ensure_ascii=False) if last else None)

        return self._walker.call(act)

    def explain(self, scan: Scan) -> Plan:
        return Plan("partition", json.dumps({"Query": self._query(scan)}, ensure_ascii=False, default=repr))

    def _query(self, scan: Scan) -> Any:
        into = Expression()
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": key_condition(scan, into),
            "ScanIndexForward": not scan.descending,
            "ConsistentRead": True,
            "Limit": scan.wanted if scan.where is None else max(scan.wanted, FILTERED_READ),
        }
        if scan.where is not None:
            request["FilterExpression"] = filter_expression(scan.where, into, "d")
        if scan.after is not None:
            request["ExclusiveStartKey"] = _key(Key(scan.partition, scan.after))
        return {**request, **into.parameters()}

    def _request(self, write: Write, version: str, now: datetime) -> Any:
        into = Expression()
        required = condition(write.when, into, now)
        what = {"Item": _item(write, version)} if isinstance(write, Put) else {"Key": _key(write.key)}
        return {
            "TableName": self._table,
            **what,
            **({"ConditionExpression": required} if required else {}),
            **into.parameters(),
        }

    def _batched(self, write: Put | Delete) -> dict[str, Any]:
        if isinstance(write, Delete):
            return {"DeleteRequest": {"Key": _key(write.key)}}
        return {"PutRequest": {"Item": _item(write, self._ids.ulid())}}

    def _transact(self, write: Write, now: datetime) -> "TransactWriteItemTypeDef":
        request = self._request(write, self._ids.ulid(), now)
        match write:
            case Put():
                return {"Put": request}
            case Delete():
                return {"Delete": request}
            case Check():
                return {"ConditionCheck": request}


def _is_idle(write: Write) -> bool:
    return isinstance(write, Check) and isinstance(write.when, Always)


def _key(key: Key) -> dict[str, Attribute]:
    return {"_pk": {"S": key.partition}, "_id": {"S": key.id}}


def _key_of(item: Item) -> Key:
    return Key(item["_pk"]["S"], item["_id"]["S"])


def _item(put: Put, version: str) -> dict[str, Attribute]:
    item = {**_key(put.key), "_v": {"S": version}, "d": {"M": map_of(put.data)}}
    if put.expires_at is not None:
        item["_ttl"] = {"N": str(int(put.expires_at.timestamp()))}
    return item


def _document(item: Item) -> Document:
    expires_at = datetime.fromtimestamp(int(item["_ttl"]["N"]), UTC) if "_ttl" in item else None
    return Document(_key_of(item), data_of(item["d"]["M"]), item["_v"]["S"], expires_at)
