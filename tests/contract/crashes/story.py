"""What writer, relay and consumer do in the crash test: the product's own doors over a store that a name chooses.

Orders are changed and told by the writer; the relay carries the facts to EventBridge, which feeds a queue; the consumer
notes in its tenant's store which versions of which order it has seen. The queues are polled here as Lambda polls them.
"""

import random
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Protocol

from pydantic import Field

from functions.outbox import relay
from makoto.adapters.clouds import CloudDependencies, Connections, Network, StoreKey, open_cloud
from makoto.adapters.clouds.aws.session import platform_client
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import TenantRecord, Value
from makoto.domain.clouds import PostgresDatabase
from makoto.errors import MakotoError
from makoto.events import Envelope, Event
from makoto.ports.configuration import CachedConfiguration, Configuration
from makoto.ports.context import TenantContext, TenantStores
from makoto.ports.documents import Document, Documents, IfAbsent, IfVersion, Key, Put, Query
from makoto.ports.outbox import PENDING, Fact
from makoto.ports.wakes import Wakes
from makoto.runtime import composition
from makoto.runtime.composition import Platform, platform
from makoto.runtime.events import EventDoor
from tests.builders import lambda_context

ORDERS = 6
"""Of each partition; each life of the writer has one of its own, so that no later wake makes good a lost one."""

LONGEST_PAUSE_S = 0.06
"""Before a wake: it widens the gap between the commit and the second wake, in which a writer may die."""


class Plan(Value):
    """What a run needs to know; it is handed to the supervisor as JSON."""

    store: str
    tenants: tuple[TenantRecord, ...]
    database: PostgresDatabase | None = None
    keys: dict[str, str] = Field(default_factory=dict)
    schemas: dict[str, str] = Field(default_factory=dict)
    endpoint_url: str
    wakes_url: str
    events_url: str
    kills: int
    seed: int
    life: int = 0


class Slow:
    """Wakes after a moment."""

    def __init__(self, wakes: Wakes) -> None:
        self._wakes = wakes

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        time.sleep(random.uniform(0, LONGEST_PAUSE_S))
        self._wakes.wake(tenant_id, partition, delay_s=delay_s, attempt=attempt)


class Stores(Protocol):
    """Opens a tenant's stores in this process."""

    def __call__(self, plan: Plan, record: TenantRecord) -> TenantStores: ...


def dynamodb(plan: Plan, record: TenantRecord) -> TenantStores:
    return open_cloud("aws", record, _dependencies(plan))


def postgres(plan: Plan, record: TenantRecord) -> TenantStores:
    from makoto.adapters.stores.postgres import PostgresDocuments, PostgresPool, connect

    network = Network(allows_private=True, allows_plaintext=True)
    key, database = StoreKey(record.tenant_id, "documents", plan.database), plan.database
    assert database is not None
    kept = Connections(4).connection(
        key, lambda: connect(database, plan.keys, network, name="makoto-crash"), close=PostgresPool.close
    )
    driver = PostgresDocuments(kept, plan.schemas[record.tenant_id], SystemIds())
    others = open_cloud("memory", record, _dependencies(plan))
    documents = Documents(driver, others.documents.cursors, SystemClock(), SystemIds())
    return TenantStores(documents, others.objects, others.secrets)


STORES: dict[str, Stores] = {"dynamodb": dynamodb, "postgres": postgres}
"""A store more is a line more."""


def _dependencies(plan: Plan) -> CloudDependencies:
    return CloudDependencies(SystemClock(), SystemIds(), plan.endpoint_url)


class CrashPlatform(Platform):
    """The platform of one of these processes: its own register of tenants, and stores as the plan says."""

    plan: ClassVar[Plan]

    @cached_property
    def configuration(self) -> Configuration:
        made = Configuration(MemoryConfiguration())
        for record in self.plan.tenants:
            made.save_tenant(record)
        return made

    @cached_property
    def cached_configuration(self) -> CachedConfiguration:
        return CachedConfiguration(self.configuration, self.clock, ttl_s=3600)

    @cached_property
    def wakes(self) -> Wakes:
        return Slow(super().wakes)

    @cached_property
    def _opened(self) -> dict[str, TenantStores]:
        return {}

    def stores(self, record: TenantRecord) -> TenantStores:
        if record.tenant_id not in self._opened:
            self._opened[record.tenant_id] = STORES[self.plan.store](self.plan, record)
        return self._opened[record.tenant_id]


def play(plan: Plan) -> None:
    """Let this process be one of the plan's."""
    CrashPlatform.plan = plan
    composition.Platform = CrashPlatform  # type: ignore[misc]  # the composition root makes ours from now on


class OrderChanged(Event):
    """The fact of this story."""

    name: ClassVar[str] = "order.changed"
    source: ClassVar[str] = "makoto.orders"


door = EventDoor("crash-consumer")


@door.on_tenant(OrderChanged)
def note_version(event: OrderChanged, envelope: Envelope, tenant: TenantContext) -> None:
    """An effect that is wrong when it comes twice: the version is written once more."""
    life = envelope.aggregate.removeprefix("order/").partition("-")[0]
    key = Key(f"effects-{life}", envelope.aggregate)
    found = tenant.documents.find(key)
    when = IfVersion(found.version) if found else IfAbsent()
    tenant.commit([Put(key, {"versions": [*versions_of(found), envelope.version]}, when)])


def versions_of(found: Document | None) -> list[int]:
    versions: Any = found.data["versions"] if found else []
    return [int(version) for version in versions]


def write(plan: Plan, ready: Callable[[], None]) -> None:
    """Change one order after the other, for ever."""
    chance = random.Random()
    tenants = contexts()
    _warm_up(tenants[0])
    ready()
    while True:
        tenant = chance.choice(tenants)
        key = Key(f"orders-{plan.life}", f"order/{plan.life}-{chance.randrange(ORDERS)}")
        found = tenant.documents.find(key)
        version = count_of(found) + 1
        try:
            when = IfVersion(found.version) if found else IfAbsent()
            tenant.commit([Put(key, {"n": version}, when)], [Fact(OrderChanged(), key.id, version)])
        except MakotoError:
            continue  # the dead writer's own last transaction may still be in the way


def count_of(found: Document | None) -> int:
    count: Any = found.data["n"] if found else 0
    return int(count)


def carry(plan: Plan, ready: Callable[[], None]) -> None:
    """Be the relay."""
    _poll(plan.wakes_url, relay.handler, ready)


def consume(plan: Plan, ready: Callable[[], None]) -> None:
    """Be the consumer."""
    _poll(plan.events_url, door.handler, ready)


def _warm_up(tenant: TenantContext) -> None:
    """Connect before the clock of this life begins, so that kills strike work rather than beginnings."""
    tenant.documents.find(Key("orders-0", "none"))


def _poll(queue_url: str, handler: Callable[..., Any], ready: Callable[[], None]) -> None:
    queue = platform_client("sqs")
    _warm_up(contexts()[0])
    ready()
    while True:
        found = queue.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = found.get("Messages", [])
        if not messages:
            continue
        records = [
            {"messageId": one["MessageId"], "receiptHandle": "", "body": one["Body"], "eventSource": "aws:sqs"}
            for one in messages
        ]
        answer = handler({"Records": records}, lambda_context())
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for one in messages:
            if one["MessageId"] not in failed:
                queue.delete_message(QueueUrl=queue_url, ReceiptHandle=one["ReceiptHandle"])


ROLES: dict[str, Callable[[Plan, Callable[[], None]], None]] = {"writer": write, "relay": carry, "consumer": consume}


def contexts() -> list[TenantContext]:
    """The tenants of the plan, as a use case is given them."""
    return [platform().open_tenant(record.tenant_id, None, "crash") for record in CrashPlatform.plan.tenants]


class Tally(Value):
    """What the stores say: facts that were committed, and effects that are missing or came twice."""

    told: int
    lost: int
    doubled: int
    waiting: int


def tally(tenants: list[TenantContext], lives: int) -> Tally:
    """Compare every order with what the consumer noted of it."""
    told = lost = doubled = waiting = 0
    for tenant in tenants:
        for life in range(lives):
            orders = tenant.documents.query(Query(f"orders-{life}", limit=1000)).items
            effects = tenant.documents.query(Query(f"effects-{life}", limit=1000)).items
            noted = {effect.key.id: versions_of(effect) for effect in effects}
            for order in orders:
                versions = noted.pop(order.key.id, [])
                told += count_of(order)
                lost += len(set(range(1, count_of(order) + 1)) - set(versions))
                doubled += len(versions) - len(set(versions))
            doubled += sum(map(len, noted.values()))
            system = tenant.documents.system()
            waiting += len(system.query(Query(f"orders-{life}", prefix=PENDING, limit=1000)).items)
    return Tally(told=told, lost=lost, doubled=doubled, waiting=waiting)
