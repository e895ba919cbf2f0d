"""The SQL engine: a Node.js child that is told of every item and asked for some."""

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from local.servers.node import node, package
from local.settings import child_environment

SCRIPT = Path(__file__).with_name("engine.js")
LIBRARY = "@zeit/cosmosdb-query"


class QueryRefused(Exception):
    """The engine does not understand a query."""


class Scope(NamedTuple):
    """Which items of a container a query is about: a partition key's, a physical partition's or all."""

    partition: str | None
    range: str | None


class Engine:
    """Keeps a copy of the items; what it is told needs no answer."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [str(node()), str(SCRIPT), str(package(LIBRARY))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            text=True,
            encoding="utf-8",
        )
        self._lock = threading.Lock()

    def put(self, container: str, partition: str, range_id: str, item: Mapping[str, Any]) -> None:
        self._tell(act="put", container=container, partition=partition, range=range_id, item=item)

    def drop(self, container: str, partition: str, item_id: str) -> None:
        self._tell(act="drop", container=container, partition=partition, id=item_id)

    def forget(self, container: str) -> None:
        self._tell(act="forget", container=container)

    def ask(
        self, container: str, scope: Scope, query: str, parameters: Sequence[Mapping[str, Any]], skip: int, most: int
    ) -> tuple[list[Any], int | None]:
        """Return a page of what a query selects, and how many to skip for the next."""
        told = {"query": query, "parameters": list(parameters), "skip": skip, "most": most}
        answer = self._asked(act="ask", container=container, **scope._asdict(), **told)
        return answer["items"], answer["next"]

    def holds(self, condition: str, item: Mapping[str, Any]) -> bool:
        """Tell whether a patch's condition (`FROM c WHERE …`) holds for an item."""
        return bool(self._asked(act="judge", condition=condition, item=item)["holds"])

    def close(self) -> None:
        """End the child."""
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                stream.close()
        self._child.wait(30)

    def _tell(self, **told: Any) -> None:
        with self._lock:
            self._send(told)

    def _asked(self, **told: Any) -> dict[str, Any]:
        with self._lock:
            self._send(told)
            assert self._child.stdout is not None
            answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        if "error" in answer:
            raise QueryRefused(answer["error"])
        return answer

    def _send(self, told: Mapping[str, Any]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(told) + "\n")
        self._child.stdin.flush()
