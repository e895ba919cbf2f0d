"""A request, and what its headers mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.servers.cosmos.errors import bad_request
from local.servers.cosmos.items import Conditions
from local.servers.cosmos.store import read_json


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    segments: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    origin: str

    @property
    def json(self) -> Any:
        return read_json(self.body.decode())

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.headers.get("if-match"), self.headers.get("if-none-match"))

    @property
    def partition(self) -> str:
        """The partition key as JSON in one spelling."""
        told = self.headers.get("x-ms-documentdb-partitionkey")
        if told is None:
            raise bad_request("The partition key is missing.")
        return json.dumps(json.loads(told))

    def says(self, name: str) -> bool:
        return self.headers.get(name, "").lower() == "true"
