"""The HTTP face of the account, path by path as the SDK asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from local.servers.cosmos import faults
from local.servers.cosmos.access import Access
from local.servers.cosmos.answers import Answer, account_answer, feed, ranges_answer
from local.servers.cosmos.asked import Asked
from local.servers.cosmos.engine import Engine, QueryRefused, Scope
from local.servers.cosmos.errors import Refused, bad_request, too_large
from local.servers.cosmos.faults import AnswerLost, Faults
from local.servers.cosmos.items import Staged, done_as_one
from local.servers.cosmos.plans import is_ordered, plan_of
from local.servers.cosmos.store import Container, Store

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Send
    from starlette.types import Scope as AsgiScope

MAX_REQUEST_BYTES = 2 * 1024 * 1024
MAX_OPERATIONS = 100
MOST = 100


@dataclass(frozen=True)
class Account:
    """One account: its data, who may speak to it, where it says to be, and the faults that were asked for."""

    store: Store
    engine: Engine
    access: Access = field(default_factory=Access)
    regions: tuple[str, ...] = ("Japan East",)
    consistency: str = "Session"
    faults: Faults = field(default_factory=Faults)

    def app(self) -> "Starlette":
        from starlette.applications import Starlette
        from starlette.routing import Route

        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return Starlette(
            routes=[
                Route("/_stub/{kind}", self.plan, methods=["POST"]),
                Route("/{path:path}", self.serve, methods=methods),
            ]
        )

    def ensure_database(self, name: str) -> None:
        """Make a database where there is none of this name."""
        if name not in {each["id"] for each in self.store.databases()}:
            self.store.create_database({"id": name})

    async def plan(self, request: "Request") -> "Response":
        """POST /_stub/throttle?n=3&value=5&after=0: value is milliseconds, a status or seconds."""
        from starlette.responses import Response

        told = request.query_params
        kind: Any = request.path_params["kind"]
        self.faults.plan(kind, int(told.get("n", 1)), float(told.get("value", 1)), int(told.get("after", 0)))
        return Response(status_code=204)

    async def serve(self, request: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        path = request.scope["raw_path"].decode().partition("?")[0]
        segments = tuple(unquote(each) for each in path.strip("/").split("/") if each)
        origin = f"{request.url.scheme}://{request.url.netloc}/"
        asked = Asked(request.method, segments, request.headers, await request.body(), origin)
        answer = await run_in_threadpool(self.answer, asked, path)
        if answer is None:
            return _cut()
        return Response(answer.text, answer.status, {**answer.headers, "content-type": "application/json"})

    def answer(self, asked: Asked, path: str) -> Answer | None:
        """Answer a request; none where the answer is to be lost."""
        try:
            self.access.check(asked.method, path, asked.headers)
            fault = self.faults.next() if "docs" in asked.segments else None
            faults.before(fault)
            with self.store.lock:
                answer = self._routed(asked)
            faults.after(fault)
        except Refused as refused:
            return Answer(refused.status, refused.body, refused.headers)
        except QueryRefused as refused_query:
            return Answer(400, {"code": "BadRequest", "message": str(refused_query)})
        except AnswerLost:
            return None
        return answer

    def _routed(self, asked: Asked) -> Answer:
        match asked.segments:
            case ():
                return account_answer(asked.origin, self.regions, self.consistency)
            case ("dbs",) | ("dbs", _):
                return self._database(asked)
            case ("dbs", _, "colls") | ("dbs", _, "colls", _):
                return self._container(asked)
            case ("dbs", database, "colls", name, "pkranges"):
                return ranges_answer(self.store.container(database, name).rid, asked.headers)
            case ("dbs", database, "colls", name, "docs"):
                return self._posted(asked, self._held(asked, database, name))
            case ("dbs", database, "colls", name, "docs", item_id):
                return self._item(asked, self._held(asked, database, name), item_id)
            case _:
                raise bad_request("The request url is invalid")

    def _held(self, asked: Asked, database: str, name: str) -> Container:
        container = self.store.container(database, name)
        intended = asked.headers.get("x-ms-cosmos-intended-collection-rid")
        if intended and intended != container.rid:
            raise bad_request("The container was made anew.", 1024)
        self.store.sweep(container)
        return container

    def _database(self, asked: Asked) -> Answer:
        match asked.method, asked.segments[1:]:
            case "GET", ():
                return feed("Databases", self.store.databases())
            case "POST", ():
                return Answer(201, self.store.create_database(asked.json))
            case "GET", (name,):
                return Answer(200, self.store.database(name))
            case "DELETE", (name,):
                self.store.delete_database(name)
                return Answer(204)
            case _:
                raise bad_request("no such act on a database")

    def _container(self, asked: Asked) -> Answer:
        database = asked.segments[1]
        match asked.method, asked.segments[3:]:
            case "GET", ():
                return feed("DocumentCollections", self.store.containers(database))
            case "POST", ():
                return Answer(201, self.store.create_container(database, asked.json))
            case "GET", (name,):
                self.store.database(database)
                return Answer(200, self.store.container(database, name).properties)
            case "PUT", (name,):
                return Answer(200, self.store.replace_container(database, name, asked.json))
            case "DELETE", (name,):
                self.store.delete_container(database, name)
                return Answer(204)
            case _:
                raise bad_request("no such act on a container")

    def _posted(self, asked: Asked, container: Container) -> Answer:
        if asked.method == "POST" and (
            asked.says("x-ms-documentdb-isquery") or asked.says("x-ms-cosmos-is-query-plan-request")
        ):
            return self._selected(asked, container, asked.json)
        if len(asked.body) > MAX_REQUEST_BYTES:
            raise too_large()
        if asked.says("x-ms-cosmos-is-batch-request"):
            return self._batch(asked, container)
        if asked.method == "GET":
            return self._selected(asked, container, {"query": "SELECT * FROM c"})
        staged = self._staged(asked, container)
        if asked.says("x-ms-documentdb-is-upsert"):
            was_there = staged.find(str(asked.json.get("id"))) is not None
            return self._kept(staged, 200 if was_there else 201, staged.upsert(asked.json, asked.conditions))
        return self._kept(staged, 201, staged.create(asked.json))

    def _item(self, asked: Asked, container: Container, item_id: str) -> Answer:
        staged = self._staged(asked, container)
        if len(asked.body) > MAX_REQUEST_BYTES:
            raise too_large()
        match asked.method:
            case "GET":
                found = staged.read(item_id)
                is_known = asked.headers.get("if-none-match") == found["_etag"]
                return Answer(304) if is_known else Answer(200, found)
            case "PUT":
                return self._kept(staged, 200, staged.replace(item_id, asked.json, asked.conditions))
            case "PATCH":
                return self._kept(staged, 200, staged.patch(item_id, asked.json, asked.conditions))
            case _:
                staged.delete(item_id, asked.conditions)
                return self._kept(staged, 204, None)

    def _batch(self, asked: Asked, container: Container) -> Answer:
        operations = asked.json
        if len(operations) > MAX_OPERATIONS:
            raise bad_request("Batch request has more operations than what is supported.")
        staged = self._staged(asked, container)
        answers, went_well = done_as_one(staged, operations)
        if went_well:
            self.store.change(container, staged.partition, staged.changes)
        return Answer(200 if went_well else 207, answers)

    def _selected(self, asked: Asked, container: Container, query: Mapping[str, Any]) -> Answer:
        told = asked.headers
        is_one = "x-ms-documentdb-partitionkey" in told
        scope = Scope(asked.partition if is_one else None, told.get("x-ms-documentdb-partitionkeyrangeid"))
        if asked.says("x-ms-cosmos-is-query-plan-request"):
            return Answer(200, plan_of(query["query"]))
        if scope == Scope(None, None) and is_ordered(query["query"]):
            raise bad_request("The order of several partitions is the client's to make.", 1004)
        most = int(told.get("x-ms-max-item-count", MOST))
        items, following = self.engine.ask(
            container.rid,
            scope,
            query["query"],
            query.get("parameters", []),
            int(told.get("x-ms-continuation") or 0),
            most if most > 0 else 1000,
        )
        more = {} if following is None else {"x-ms-continuation": str(following)}
        return feed("Documents", items, container.rid, more)

    def _staged(self, asked: Asked, container: Container) -> Staged:
        return Staged(container, asked.partition, self.engine.holds)

    def _kept(self, staged: Staged, status: int, item: Mapping[str, Any] | None) -> Answer:
        self.store.change(staged.container, staged.partition, staged.changes)
        return Answer(status, item)


def _cut() -> "Response":
    """An answer that ends after its headers, so that the server closes the connection."""
    from starlette.responses import Response

    class Cut(Response):
        async def __call__(self, scope: "AsgiScope", receive: "Receive", send: "Send") -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})

    return Cut()
