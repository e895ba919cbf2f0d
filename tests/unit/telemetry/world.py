"""A tenant's stores in memory, a device that sends, and what can be seen of it afterwards."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import orjson

from functions.telemetry import keys, minutes
from functions.telemetry.ingest import Ingested, store_messages
from functions.telemetry.latest import Latest
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.acknowledgements import MemoryAcknowledgements
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.analytics.rollups import Rollup
from makoto.codecs.telemetry import DeviceMessage, Kind
from makoto.domain import EquipmentPath, instant_from_ms
from makoto.events import Envelope, Event
from makoto.ports.acknowledgements import Acknowledgements
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Query
from makoto.ports.outbox import PENDING
from tests.builders import TENANT, tenant_record
from tests.unit.codecs.messages import DEVICE, NOW_MS, body

Fact = TypeVar("Fact", bound=Event)
PATH = EquipmentPath(site="nagoya", area="machining", line="line-1", cell="cell-1")
_KINDS = {
    "telemetry/1": Kind.TELEMETRY,
    "birth/1": Kind.BIRTH,
    "death/1": Kind.DEATH,
    "state/1": Kind.STATE,
    "counters/1": Kind.COUNTERS,
    "alarm/1": Kind.ALARM,
}


def message(document: Any, *, received_at_ms: int = NOW_MS, path: EquipmentPath = PATH) -> DeviceMessage:
    """What the door hands over for a document or for raw bytes."""
    raw = document if isinstance(document, bytes) else body(document)
    schema = document.get("schema") if isinstance(document, dict) else None
    kind = _KINDS.get(schema, Kind.TELEMETRY) if isinstance(schema, str) else Kind.TELEMETRY
    return DeviceMessage("message-1", DEVICE, path, received_at_ms, raw, kind, f"dt/{TENANT}/{path}/{kind}")


@dataclass
class World:
    """One tenant on the memory cloud at `NOW_MS`."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(instant_from_ms(NOW_MS)))
    ids: CountingIds = field(default_factory=CountingIds)
    broker: MemoryAcknowledgements = field(default_factory=MemoryAcknowledgements)
    wakes: MemoryWakes = field(default_factory=MemoryWakes)

    def __post_init__(self) -> None:
        stores = MemoryCloud(self.clock, self.ids).stores(TENANT)
        self.tenant = TenantContext(
            record=tenant_record(),
            principal=None,
            documents=stores.documents,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=self.clock,
            ids=self.ids,
            correlation_id="test",
            wakes=self.wakes,
        )

    def receive(self, *documents: Any, received_at_ms: int = NOW_MS) -> Ingested:
        """Store documents that arrived together."""
        return self.store([message(each, received_at_ms=received_at_ms) for each in documents])

    def store(self, messages: Sequence[DeviceMessage]) -> Ingested:
        return store_messages(messages, self.tenant, Acknowledgements(self.broker))

    def latest(self, path: EquipmentPath = PATH) -> Latest:
        found = self.tenant.documents.find(keys.latest_key(path, DEVICE))
        return Latest.from_text(str(found.data["latest"])) if found else Latest()

    def values(self) -> dict[str, tuple[int, Any, int]]:
        """Time, value and quality of each metric, now."""
        return {name: (each.t, each.value, each.quality) for name, each in self.latest().values.items()}

    def rollups(self) -> dict[tuple[str, str], Rollup]:
        """Summaries by minute and metric."""
        return {
            (found.key.id.removeprefix("rollup#"), metric): rollup
            for found in self.documents(f"telemetry#{DEVICE}", "rollup#")
            for metric, rollup in minutes.from_document_text(str(found.data["metrics"])).items()
        }

    def history(self) -> list[tuple[Any, ...]]:
        """Every stored reading: metric, time, number, text, quality, status, clock, session, seq."""
        return [
            row
            for entry in self.documents(f"telemetry#{DEVICE}", "history#")
            for row in self.rows(str(entry.data["object"]))
        ]

    def rows(self, key: str) -> list[tuple[Any, ...]]:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            file = Path(folder) / "file.parquet"
            file.write_bytes(self.tenant.objects.download(key))
            return connection.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()

    def quarantine(self) -> list[dict[str, Any]]:
        """Each fault kept, with the time of its message."""
        return [
            {"received_at": found.data["received_at"], **fault}
            for found in self.documents(f"telemetry#{DEVICE}", "quarantine#")
            for fault in orjson.loads(str(found.data["faults"]))
        ]

    def documents(self, partition: str, prefix: str = "") -> list[Document]:
        found, cursor = list[Document](), None
        while True:
            page = self.tenant.documents.query(Query(partition, prefix, limit=1000, cursor=cursor))
            found += page.items
            if page.next_cursor is None:
                return found
            cursor = page.next_cursor

    def facts(self, of: type[Fact], device: str = DEVICE) -> list[Fact]:
        """The facts of one kind that wait for the relay, aggregate by aggregate in the order of their versions."""
        found = self.tenant.documents.system().query(Query(f"telemetry#{device}", prefix=PENDING, limit=1000)).items
        envelopes = [Envelope.model_validate_json(str(each.data["envelope"])) for each in found]
        return [of.model_validate(each.data) for each in envelopes if each.detail_type == of.detail_type()]

    def told(self) -> list[dict[str, Any]]:
        """What the device was told, in order."""
        return [orjson.loads(sent) for _, sent in self.broker.sent]
