"""What can be done with the items of one partition key; nothing is kept until all of it went well."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.servers.cosmos.errors import Refused, bad_request, exists, not_found, precondition, too_large
from local.servers.cosmos.store import Container, Item, marked

MAX_ITEM_BYTES = 2 * 1024 * 1024
MAX_ID_BYTES = 1023
MAX_PATCHES = 10
FORBIDDEN_IN_IDS = set("/\\?#")
OWN = frozenset({"_rid", "_etag", "_ts", "_self", "_attachments"})

Judge = Callable[[str, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Conditions:
    """The etags of one operation."""

    match: str | None = None
    none_match: str | None = None

    def check(self, found: Item | None) -> None:
        """Refuse where the item is another one."""
        if self.match and self.match != "*" and (found is None or found["_etag"] != self.match):
            raise precondition()
        if self.none_match and found is not None and self.none_match in ("*", found["_etag"]):
            raise precondition()


@dataclass
class Staged:
    """One partition key's items with what is about to be changed."""

    container: Container
    partition: str
    judge: Judge
    changes: dict[str, Item | None] = field(default_factory=dict)

    def find(self, item_id: str) -> Item | None:
        if item_id in self.changes:
            return self.changes[item_id]
        return self.container.find(self.partition, item_id)

    def read(self, item_id: str) -> Item:
        found = self.find(item_id)
        if found is None:
            raise not_found("Entity with the specified id does not exist in the system.")
        return found

    def create(self, body: Mapping[str, Any]) -> Item:
        if self.find(str(body.get("id"))) is not None:
            raise exists()
        return self._put(body)

    def upsert(self, body: Mapping[str, Any], conditions: Conditions) -> Item:
        conditions.check(self.find(str(body.get("id"))))
        return self._put(body)

    def replace(self, item_id: str, body: Mapping[str, Any], conditions: Conditions) -> Item:
        conditions.check(self.read(item_id))
        if body.get("id") != item_id:
            raise bad_request("The id of an item does not change.")
        return self._put(body)

    def delete(self, item_id: str, conditions: Conditions) -> None:
        conditions.check(self.read(item_id))
        self.changes[item_id] = None

    def patch(self, item_id: str, body: Mapping[str, Any], conditions: Conditions) -> Item:
        """Change parts of an item where the condition holds for it."""
        found = self.read(item_id)
        conditions.check(found)
        if "condition" in body and not self.judge(str(body["condition"]), found):
            raise precondition()
        if len(body["operations"]) > MAX_PATCHES:
            raise bad_request(f"at most {MAX_PATCHES} operations a patch")
        changed: Item = json.loads(json.dumps(found))
        for operation in body["operations"]:
            _patch(changed, operation)
        return self._put(changed)

    def _put(self, body: Mapping[str, Any]) -> Item:
        item_id = body.get("id")
        if not isinstance(item_id, str) or not item_id or FORBIDDEN_IN_IDS & set(item_id):
            raise bad_request("The input content is invalid because the required property 'id' is missing or malformed")
        if len(item_id.encode()) > MAX_ID_BYTES:
            raise bad_request("The id is too long.")
        stored = marked({name: value for name, value in body.items() if name not in OWN})
        if len(json.dumps(stored, ensure_ascii=False).encode()) > MAX_ITEM_BYTES:
            raise too_large()
        self._check_partition(stored)
        self._check_ttl(stored)
        self.changes[item_id] = stored
        return stored

    def _check_partition(self, item: Item) -> None:
        path = str(self.container.properties["partitionKey"]["paths"][0]).strip("/")
        if json.dumps([item[path]] if path in item else [{}]) != self.partition:
            raise bad_request(
                "PartitionKey extracted from document doesn't match the one specified in the header", 1001
            )

    def _check_ttl(self, item: Item) -> None:
        lasts = item.get("ttl", -1)
        if not isinstance(lasts, int) or isinstance(lasts, bool) or (lasts != -1 and not 0 < lasts < 2**31):
            raise bad_request("The input ttl is invalid.")


def _patch(item: Item, operation: Mapping[str, Any]) -> None:
    """Of the service's six operations the four that change a field."""
    *parents, name = [part.replace("~1", "/").replace("~0", "~") for part in str(operation["path"]).split("/")[1:]]
    holder: Any = item
    for parent in parents:
        holder = holder.get(parent) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or (not parents and name in OWN | {"id"}):
        raise bad_request(f"The path {operation['path']} cannot be changed.")
    match operation["op"]:
        case "set" | "add":
            holder[name] = operation["value"]
        case "replace" if name in holder:
            holder[name] = operation["value"]
        case "remove" if name in holder:
            del holder[name]
        case "incr":
            holder[name] = holder.get(name, 0) + operation["value"]
        case _:
            raise bad_request(f"{operation['op']} {operation['path']} cannot be done.")


def done_as_one(staged: Staged, operations: list[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Do a transactional batch; return the answer of each operation and whether all went well."""
    answers: list[dict[str, Any]] = []
    for operation in operations:
        try:
            answers.append(_operated(staged, operation))
        except Refused as refused:
            failed: list[dict[str, Any]] = [{"statusCode": 424, "requestCharge": 0.0} for _ in operations]
            failed[len(answers)] = {"statusCode": refused.status, "requestCharge": 1.0, "message": str(refused)}
            return failed, False
    return answers, True


def _operated(staged: Staged, operation: Mapping[str, Any]) -> dict[str, Any]:
    conditions = Conditions(operation.get("ifMatch"), operation.get("ifNoneMatch"))
    body, name = operation.get("resourceBody", {}), str(operation.get("id"))
    match operation["operationType"]:
        case "Create":
            return _answer(201, staged.create(body))
        case "Upsert":
            return _answer(200, staged.upsert(body, conditions))
        case "Replace":
            return _answer(200, staged.replace(name, body, conditions))
        case "Patch":
            return _answer(200, staged.patch(name, body, conditions))
        case "Read":  # as in the service, a read heeds no condition
            return _answer(200, staged.read(name))
        case "Delete":
            staged.delete(name, conditions)
            return {"statusCode": 204, "requestCharge": 1.0}
        case other:
            raise bad_request(f"no operation {other}")


def _answer(status: int, item: Item) -> dict[str, Any]:
    return {"statusCode": status, "requestCharge": 1.0, "eTag": item["_etag"], "resourceBody": item}
