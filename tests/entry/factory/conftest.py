"""A factory on the memory cloud: every domain's real handlers, and the bus that carries their facts between them."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import ModuleType
from typing import Any

import orjson
import pytest

from functions.masters import api as masters
from functions.performance import api as performance
from functions.performance import events as performance_events
from functions.production import api as production
from functions.production import events as production_events
from functions.quality import api as quality
from functions.quality import events as quality_events
from functions.telemetry import api as telemetry
from functions.telemetry import messages
from functions.traceability import api as traceability
from functions.traceability import events as traceability_events
from makoto.adapters.clouds.memory import FixedClock
from makoto.domain import ms_from_instant
from makoto.events import Envelope
from makoto.ports.configuration import CertificateRecord
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record

APIS: dict[str, ModuleType] = {
    "masters": masters,
    "work-orders": production,
    "dispatch": production,
    "performance": performance,
    "quality": quality,
    "traceability": traceability,
    "telemetry": telemetry,
}
QUEUES = (production_events, performance_events, quality_events, traceability_events)
SHIFT = datetime(2026, 3, 28, 21, 0, tzinfo=UTC)
"""22:00 in Munich; at 2:00 the clocks go to 3:00, so the night shift until 6:00 has seven hours."""

LINE = "munich/machining/line-1"
MC1, MC2 = f"{LINE}/mc-01", f"{LINE}/mc-02"
BREAK = {"start": "00:00:00", "end": "00:30:00"}
NIGHT = {"name": "Night", "start": "22:00:00", "end": "06:00:00", "breaks": [BREAK]}
MASTERS: tuple[dict[str, Any], ...] = (
    {"kind": "calendar", "id": "nights", "time_zone": "Europe/Berlin", "shifts": [NIGHT]},
    {"kind": "equipment", "id": "munich", "name": "München", "calendar": "nights"},
    {"kind": "equipment", "id": "munich/machining", "name": "Zerspanung"},
    {"kind": "equipment", "id": LINE, "name": "Line 1", "work_center": "production_line"},
    {"kind": "equipment", "id": MC1, "name": "MC 1"},
    {"kind": "equipment", "id": MC2, "name": "MC 2"},
    {"kind": "reason", "id": "180100", "parent": "180000", "name": "Spindle", "category": "corrective_maintenance"},
    {"kind": "material", "id": "steel", "name": "鋼材", "of": "raw", "unit": "kg", "gtin": "04512345000028"},
    {"kind": "material", "id": "housing", "name": 'ハウジング, "A"', "unit": "pcs", "gtin": "04512345678906"},
    {
        "kind": "routing",
        "id": "housing-1",
        "product": "housing",
        "effective_from": "2026-01-01",
        "operations": [
            {"sequence": 10, "name": "turn", "equipment": [MC1]},
            {"sequence": 20, "name": "grind", "equipment": [MC2]},
        ],
    },
    *(
        {
            "kind": "run_time",
            "id": f"housing-{place[-2:]}",
            "product": "housing",
            "equipment": place,
            "seconds_per_unit": str(seconds),
            "effective_from": "2026-01-01",
        }
        for place, seconds in ((MC1, 30), (MC2, 20))
    ),
    {
        "kind": "characteristic",
        "id": "bore",
        "name": "内径",
        "product": "housing",
        "unit": "mm",
        "nominal": "20",
        "lower": "19.9",
        "upper": "20.1",
    },
)


def minute(minutes: float) -> datetime:
    """So many minutes after the shift's start."""
    return SHIFT + timedelta(minutes=minutes)


@dataclass
class Factory:
    """What a story acts on; time passes only where it says so."""

    platform: Platform
    clock: FixedClock
    told: list[Envelope] = field(default_factory=list)
    _seqs: dict[str, "count[int]"] = field(default_factory=dict)

    def at(self, minutes: float) -> None:
        """Let it be so many minutes after the shift's start."""
        self.clock.advance((minute(minutes) - self.clock.now()).total_seconds())

    def ask(
        self, method: str, path: str, body: Any = None, *, tenant_id: str = TENANT, **query: str
    ) -> tuple[int, Any]:
        """Call a route below the tenant; the status and what was answered."""
        event = api_event(
            method, f"/api/v1/tenants/{tenant_id}/{path}", tenant_id=tenant_id, body=body, query=dict(query)
        )
        answer = APIS[path.partition("/")[0]].handler(event, lambda_context())
        if answer.get("isBase64Encoded"):
            return answer["statusCode"], b64decode(answer["body"])
        is_json = "json" in answer["multiValueHeaders"]["Content-Type"][0]
        return answer["statusCode"], orjson.loads(answer["body"]) if is_json else answer["body"]

    def get(self, path: str, **query: str) -> Any:
        """What a route answers that must succeed."""
        status, body = self.ask("GET", path, **query)
        assert status == 200, body
        return body

    def do(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Say something that must be accepted."""
        status, answer = self.ask(method, path, body if body is not None else {})
        assert status in (200, 201), answer
        return answer

    def machine(self, place: str, kind: str, schema: str, t: datetime, *, times: int = 1, **said: Any) -> None:
        """A message of the machine's device, as often as the queue delivers it."""
        device = place.rpartition("/")[2]
        seq = next(self._seqs.setdefault(device, count()))
        now_ms = ms_from_instant(self.clock.now())
        head = {"schema": schema, "edge": device, "session": "01KDVQ6ZK0ABCDEFGHJKMNPQRS", "seq": seq}
        document = {**head, "sent_at": now_ms, "t": ms_from_instant(t), **said}
        rule = {
            "payload": b64encode(orjson.dumps(document)).decode(),
            "topic": f"dt/{TENANT}/{place}/{kind}",
            "client_id": f"{TENANT}_{device}",
            "principal": f"certificate-of-{device}",
            "received_at": now_ms,
        }
        record = {"messageId": "m", "body": orjson.dumps(rule).decode(), "eventSource": "aws:sqs"}
        for _ in range(times):
            assert messages.handler({"Records": [record]}, lambda_context()) == {"batchItemFailures": []}

    def state(self, place: str, minutes: float, packml: int, *, times: int = 1) -> None:
        said = {"packml": packml, "mode": 1, "reason": None, "order": None}
        self.machine(place, "s", "state/1", minute(minutes), times=times, **said)

    def counts(self, place: str, minutes: float, good: int, scrap: int, *, times: int = 1) -> None:
        counters = {"good": good, "scrap": scrap}
        self.machine(place, "c", "counters/1", minute(minutes), times=times, counters=counters)

    def relay(self, times: int = 1) -> list[Envelope]:
        """Carry every fact to every domain, each so often, until none waits; what was told."""
        system = self.platform.open_tenant(TENANT, None, "relay").documents.system()
        told: list[Envelope] = []
        while waiting := [each for each in system.walk(limit=1000).items if each.key.id.startswith(PENDING)]:
            for document in waiting:
                system.delete(document.key)
                told.append(Envelope.model_validate_json(str(document.data["envelope"])))
                for _ in range(times):
                    _deliver(told[-1])
        self.told += told
        return told

    def facts(self, name: str, told: Sequence[Envelope]) -> list[dict[str, Any]]:
        return [each.data for each in told if each.detail_type == f"{name}.v1"]


def _deliver(envelope: Envelope) -> None:
    body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
    text = orjson.dumps(body).decode()
    record = {"messageId": envelope.id, "receiptHandle": "h", "body": text, "eventSource": "aws:sqs"}
    for queue in QUEUES:
        answer: Any = queue.handler({"Records": [record]}, lambda_context())
        assert answer == {"batchItemFailures": []}, envelope


@pytest.fixture
def factory(platform: Platform) -> Factory:
    """Two machines with devices, master data and a released order, two hours before the shift."""
    platform.clock = clock = FixedClock(minute(-120))
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id, time_zone="Europe/Berlin"))
    for place in (MC1, MC2):
        site, area, line, cell = place.split("/")
        record = CertificateRecord(
            certificate_id=f"certificate-of-{cell}",
            tenant_id=TENANT,
            device_id=cell,
            site=site,
            area=area,
            line=line,
            cell=cell,
        )
        platform.configuration.save_certificate(record)
    made = Factory(platform, clock)
    for each in MASTERS:
        made.do(f"masters/{each['kind']}/{each['id'].replace('/', '~')}", each, "PUT")
    order = {"order_id": "wo-1", "product": "housing", "quantity": 1000, "due_at": "2026-03-30T00:00:00Z"}
    made.do("work-orders", order)
    made.do("work-orders/wo-1/release")
    made.relay()
    return made
