"""A tenant whose device's history gets small files, and stores that fail while they are compacted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from functions.telemetry.compaction import Compacted, CompactionPorts, compact_history
from functions.telemetry.manifest import Entry, entries_of
from functions.telemetry.model import CompactHistory
from makoto.adapters.clouds.memory import configuration as memory_configuration
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.adapters.clouds.memory.objects import MemoryObjects
from makoto.adapters.history_duckdb import connect
from makoto.errors import Unavailable
from makoto.ports.documents import Key, Write
from makoto.ports.objects import ObjectInfo
from tests.builders import TENANT, settings, tenant_record
from tests.unit.codecs.messages import DEVICE, NOW_MS, series, telemetry
from tests.unit.telemetry.world import World

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
DAY = timedelta(days=1)


@dataclass
class Plant:
    """A tenant with a device whose history gets small files, and the compaction of it."""

    world: World = field(default_factory=World)
    others: dict[str, World] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.tenant.documents.put(Key("device", DEVICE), {"device_id": DEVICE})
        self.configuration = memory_configuration.connect(settings())
        self.configuration.save_tenant(tenant_record())
        self.seq = 0

    def hear(self, count: int = 1, at_ms: int = NOW_MS - 1) -> None:
        """Store readings of two metrics, a file each."""
        for _ in range(count):
            parts = [series(name, t=[at_ms - self.seq % 1000], v=[float(self.seq)]) for name in ("a", "b")]
            self.world.receive(telemetry(*parts, seq=self.seq))
            self.seq += 1

    def later(self, span: timedelta = 2 * HOUR) -> "Plant":
        self.world.clock.advance(span.total_seconds())
        return self

    def compact(self, **changes: Any) -> Compacted:
        worlds = {TENANT: self.world, **self.others}
        history = connect(settings())
        ports = CompactionPorts(
            self.configuration, history, self.world.clock, lambda tenant_id: worlds[tenant_id].tenant
        )
        return compact_history(CompactHistory(**changes), ports)

    def entries(self) -> list[Entry]:
        return list(entries_of(DEVICE, 0, 2**22, self.world.tenant))

    def objects(self) -> set[str]:
        return {each.key for each in self.world.tenant.objects.list("telemetry/", limit=1000).items}

    def figures(self) -> dict[Any, tuple[int, float]]:
        """Count and sum of what the manifest's files hold, by metric."""
        counted, summed = Counter[Any](), Counter[Any]()
        for reading in self.world.history():
            counted[reading[0]] += 1
            summed[reading[0]] += reading[2]
        return {metric: (counted[metric], summed[metric]) for metric in counted}


def plant_with(count: int, **how: Any) -> Plant:
    plant = Plant()
    plant.hear(count, **how)
    return plant


class Mortal(MemoryDocuments):
    """Documents whose n-th change fails, before or after it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1
        self.is_after = False

    def write(self, write: Write, now: datetime) -> str:
        self._die(is_after=False)
        version = super().write(write, now)
        self._die(is_after=True)
        return version

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self._die(is_after=False)
        super().write_all(writes, now)
        self._die(is_after=True)

    def _die(self, *, is_after: bool) -> None:
        if is_after == self.is_after and self.left >= 0:
            self.left -= 1
            if self.left < 0:
                raise Unavailable("the function died")


class MortalObjects(MemoryObjects):
    """Objects whose next change fails."""

    is_dying = False

    def put(self, *given: Any, **conditions: Any) -> ObjectInfo:
        self._die()
        return super().put(*given, **conditions)

    def delete(self, key: str) -> None:
        self._die()
        super().delete(key)

    def _die(self) -> None:
        if self.is_dying:
            self.is_dying = False
            raise Unavailable("the function died")


def mortal_plant(documents: MemoryDocuments) -> tuple[Plant, MortalObjects]:
    world = World()
    objects = MortalObjects(TENANT, world.clock)
    world.tenant = replace(
        world.tenant,
        documents=replace(world.tenant.documents, driver=documents),
        objects=replace(world.tenant.objects, driver=objects),
    )
    return Plant(world), objects
