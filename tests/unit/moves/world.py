"""A tenant with data in one memory cloud and another cloud to move it to, with a fuse in every port."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from functions.moves.advancing import Task, advance, interrupt
from functions.moves.commands import StartMove
from functions.moves.model import Turn
from functions.moves.ports import Act, MovesPorts
from functions.moves.service import execution_name, start_move
from functions.moves.upkeep import PATIENCE, keep_up
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.clouds.memory.moves import MemoryMoves
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.tenancy import MemoryTenancy
from makoto.adapters.clouds.memory.workflows import MemoryWorkflows
from makoto.domain import AwsAccount, CloudAccount, TenantRecord
from makoto.errors import MakotoError
from makoto.ports.configuration import CachedConfiguration, Configuration
from makoto.ports.context import TenantContext, TenantStores
from makoto.ports.document_rules import is_live
from makoto.ports.documents import Datum, Document, Key
from makoto.ports.gate import Gate
from makoto.ports.gated import gated
from makoto.ports.move_entry import Move, MoveStep
from makoto.ports.tenant_entry import Admission, AuditEntry, FirstAdministrator, TenantEntry
from tests.accounts import AZURE
from tests.builders import OTHER_TENANT, TENANT, tenant_record

ACT = Act("tenant.move", "operator@example.com", "request-1")
SEEN_S, LONGEST_WRITE_S = 10.0, 60.0
MOST_TURNS = 500


class Crash(BaseException):
    """The process dies; no handler of ours sees it."""


@dataclass
class Fuse:
    """Counts the calls of all ports and breaks at one of them, before it or right after it has taken effect."""

    breaks_at: int = 0
    is_after: bool = False
    error: type[BaseException] = Crash
    calls: int = 0
    is_counting: bool = False
    before: Callable[[str], None] = lambda name: None

    def call(self, name: str, act: Callable[[], Any]) -> Any:
        if not self.is_counting:
            return act()
        self.calls += 1
        self.before(name)
        if self.calls != self.breaks_at:
            return act()
        if self.is_after:
            act()
        raise self.error(f"broken at call {self.calls}: {name}")


class Fused:
    """A port or a driver behind a fuse."""

    def __init__(self, name: str, port: object, fuse: Fuse) -> None:
        self._name, self._port, self._fuse = name, port, fuse

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if not callable(found) or method.startswith("_"):
            return found

        def called(*given: Any, **named: Any) -> Any:
            return self._fuse.call(f"{self._name}.{method}", partial(found, *given, **named))

        return called


class AccountsProvisioner:
    """Remembers in which accounts whose stores were made; removing them forgets their data."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.made: set[tuple[str, str]] = set()

    def reach(self, record: TenantRecord) -> None:
        pass

    def provision(self, record: TenantRecord) -> None:
        self.made.add((record.tenant_id, record.cloud.provider))

    def remove(self, record: TenantRecord) -> list[str]:
        stores = self._world.raw(record.cloud, record.tenant_id)
        if stores.objects.driver.page("", "", 1):
            return ["objects"]
        self.made.discard((record.tenant_id, record.cloud.provider))
        return []


FUSED = ("tenancy", "moves", "configuration", "provisioner", "key_ring", "workflows", "publisher")


@dataclass
class World:
    """Every memory adapter by its own name; `writer` is the tenant as its use cases see it, behind the gate."""

    fuse: Fuse = field(default_factory=Fuse)
    target: CloudAccount = AZURE
    source: CloudAccount = field(default_factory=lambda: tenant_record().cloud)
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.ids = CountingIds()
        self.tenancy, self.configuration = MemoryTenancy(), Configuration(MemoryConfiguration())
        self.moves, self.key_ring = MemoryMoves(), MemoryKeyRing()
        self.workflows, self.publisher = MemoryWorkflows(), MemoryPublisher()
        self.provisioner = AccountsProvisioner(self)
        self._clouds: dict[CloudAccount, MemoryCloud] = {}
        self.cached = CachedConfiguration(self.configuration, self.clock, ttl_s=SEEN_S)
        hosted = self.source
        assert isinstance(hosted, AwsAccount)
        self.ports = MovesPorts(
            **self._fused_ports(),
            clock=self.clock,
            ids=self.ids,
            hosted=hosted,
            stores=self._fused_stores,
            seen_s=SEEN_S,
            longest_write_s=LONGEST_WRITE_S,
            reaches_other_regions=True,
        )
        for tenant_id in (TENANT, OTHER_TENANT):
            self._admit(tenant_id)

    def _fused_ports(self) -> dict[str, Any]:
        return {name: Fused(name, getattr(self, name), self.fuse) for name in FUSED}

    def _admit(self, tenant_id: str) -> None:
        residency = (self.source.region, AZURE.region, "jp-tokyo")
        given = {"organization": f"org-{tenant_id}", "residency": residency, "cloud": self.source}
        record = tenant_record(tenant_id, **given)
        administrator = FirstAdministrator(email="hanako@example.com", name="山田 花子")
        now = self.clock.now()
        entry = TenantEntry(record=record, administrator=administrator, created_at=now, updated_at=now)
        audit = AuditEntry(tenant_id=tenant_id, action="tenant.onboard", actor="o", correlation_id="r", occurred_at=now)
        self.tenancy.admit(entry, Admission(tenant_id, "fingerprint"), audit)
        self.configuration.save_tenant(record)
        self.tenancy.mark_projected(tenant_id, 1, now)

    def raw(self, account: CloudAccount, tenant_id: str = TENANT) -> TenantStores:
        """A tenant's stores in one cloud, whatever its record says."""
        if account not in self._clouds:
            self._clouds[account] = MemoryCloud(self.clock, self.ids)
        return self._clouds[account].stores(tenant_id)

    def _fused_stores(self, record: TenantRecord) -> TenantStores:
        stores = self.raw(record.cloud, record.tenant_id)
        name = record.cloud.provider
        return TenantStores(
            replace(stores.documents, driver=Fused(f"{name}.documents", stores.documents.driver, self.fuse)),
            replace(stores.objects, driver=Fused(f"{name}.objects", stores.objects.driver, self.fuse)),
            stores.secrets.over(lambda driver: Fused(f"{name}.secrets", driver, self.fuse)),
        )

    def record(self, tenant_id: str = TENANT) -> TenantRecord:
        return self.tenancy.tenant(tenant_id).record

    def writer(self, tenant_id: str = TENANT) -> TenantContext:
        """Open the tenant as a request does: by the cached record, behind the gate."""
        record = self.cached.tenant(tenant_id)
        stores = gated(self.raw(record.cloud, tenant_id), Gate(record, self.cached.tenant))
        return TenantContext(
            record, None, stores.documents, stores.objects, stores.secrets, self.clock, self.ids, "request-1"
        )

    def start(self, key: str = "key-1", **changes: Any) -> Move:
        """Ask for a move to the target."""
        account = self.target.model_dump(mode="json")
        given: dict[str, Any] = {"cloud": {"mode": self.target.provider, "account": account}, "grace_hours": 24}
        command = StartMove.model_validate(given | changes)
        started = start_move(TENANT, command, key, ACT, self.ports)
        return self.moves.move(TENANT, started.move_id)

    def move(self) -> Move:
        (newest, *_) = self.moves.of_tenant(TENANT)
        return newest

    def task(self) -> Task:
        if ("move-tenant", execution_name(self.move())) not in self.workflows.started:
            self.clock.advance(PATIENCE.total_seconds() + LONGEST_WRITE_S + 1)
            keep_up("tick", self.ports)  # what a crash kept from being started, the schedule starts
        move = self.move()
        assert ("move-tenant", execution_name(move)) in self.workflows.started
        return Task(TENANT, move.move_id, move.attempt, "request-1")

    def turn(self, budget: timedelta = timedelta(0)) -> Turn:
        """Run one task as the state machine does, a failure ending in the other task."""
        try:
            return advance(self.task(), self.ports, budget)
        except MakotoError as error:
            return interrupt(self.task(), error.kind, self.ports)

    is_piecewise: bool = False

    def run(
        self,
        until: Iterable[MoveStep] = (),
        *,
        meanwhile: Callable[[], None] = lambda: None,
        through_grace: bool = False,
    ) -> Move:
        """Run the state machine until the move ends, rests for its grace period, or comes to a step."""
        stops = frozenset(until) or (frozenset() if through_grace else frozenset({MoveStep.LATE_UPLOADS}))
        for _ in range(MOST_TURNS):
            move = self.move()
            if not move.is_running or move.step in stops:
                return move
            meanwhile()
            turn = self.turn(timedelta(0) if until or self.is_piecewise else timedelta(minutes=10))
            if turn.next == "wait":
                if self.move().step in stops:
                    return self.move()
                self.clock.advance(turn.wait_s)
        raise AssertionError(f"the move does not end: {self.move()}")

    def survive(self, act: Callable[[], object]) -> None:
        """Do as the state machine and the schedule do: try again after a crash."""
        for _ in range(3):
            try:
                act()
            except Crash:
                continue
            return
        raise AssertionError("it crashes again and again")

    def contents(self, account: CloudAccount, tenant_id: str = TENANT) -> dict[str, Any]:
        """All of a tenant in one cloud but what moves keep for themselves."""
        stores = self.raw(account, tenant_id)
        listed = stores.objects.driver.page("", "", 10_000)
        return {
            "documents": {each.key: (each.data, each.expires_at) for each in self.documents(account, tenant_id)},
            "objects": {each.key: stores.objects.download(each.key) for each in listed},
            "secrets": dict(stores.secrets._driver._values),  # type: ignore[attr-defined]  # the memory cloud's own
        }

    def documents(self, account: CloudAccount, tenant_id: str = TENANT) -> list[Document]:
        walked = self.raw(account, tenant_id).documents.driver.walk(None, 1_000_000)
        live = [each for each in walked.documents if is_live(each, self.clock.now())]
        return [each for each in live if not each.key.partition.startswith(("journal/", "secrets"))]

    def quietly(self, act: Callable[[], object]) -> None:
        """Do what is not to be counted: the tenant's own work beside the move."""
        self.fuse.is_counting, was = False, self.fuse.is_counting
        try:
            act()
        finally:
            self.fuse.is_counting = was

    def left_of_moves(self, account: CloudAccount) -> list[Document]:
        """What moves have kept in a cloud."""
        walked = self.raw(account).documents.driver.walk(None, 1_000_000)
        return [each for each in walked.documents if each.key.partition.startswith("journal/")]


def fill(world: World, tenant_id: str = TENANT, count: int = 40, files: int = 5) -> None:
    """Give a tenant what tenants have: documents of all types, some that expire, files, secrets, reserved ids."""
    stores = world.raw(world.source, tenant_id)
    soon, late = world.clock.now() + timedelta(minutes=1), world.clock.now() + timedelta(days=30)
    for number in range(count):
        key = Key(f"line-{number % 7}", f"part-{number:04}")
        data: dict[str, Datum] = {
            "n": number,
            "price": Decimal("1.25"),
            "raw": b"\x00\xff",
            "名": "部品",
            "tags": ["a", None, True],
        }
        stores.documents.put(key, data, expires_at=late if number % 5 == 0 else None)
    if tenant_id == TENANT:
        stores.documents.put(Key("line-0", "gone-soon"), {"n": -1}, expires_at=soon)
    stores.documents.system().put(Key("line-1", "\x01outbox/1"), {"event": "order.accepted.v1"})
    for number in range(files):
        body, labels = bytes([number]) * (number * 1000), {"shift": str(number)}
        stores.objects.upload(f"drawings/{number}.png", body, content_type="image/png", metadata=labels)
    for name in ("erp/password", "mail-token"):
        stores.secrets.put(name, f"value of {name} of {tenant_id}")
