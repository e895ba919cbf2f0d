"""A tenant in memory with characteristics, and a chart to post points to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.quality import service
from functions.quality.chart import FreezeLimits, NewChart, PostPoints
from functions.quality.model import ResultWindow
from functions.quality.points import PointView
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.domain.factory import Characteristic
from makoto.events import Envelope
from makoto.ports.context import TenantContext
from makoto.ports.masters import current_key
from makoto.ports.outbox import PENDING
from tests.builders import TENANT, principal, tenant_record

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def minute(number: float) -> datetime:
    return BEGAN + timedelta(minutes=number)


@dataclass(frozen=True)
class Shop:
    """What the tests act on."""

    tenant: TenantContext

    def chart(self, kind: str, size: int = 1, **more: Any) -> None:
        said = {"chart_id": "chart", "title": "t", "kind": kind, "characteristics": ["width"], "subgroup_size": size}
        service.create_chart(NewChart.model_validate(said | more), self.tenant)

    def post(self, *points: dict[str, Any]) -> None:
        for start in range(0, len(points), 200):
            command = PostPoints(points=tuple(points[start : start + 200]))
            answer = service.add_points("chart", command, self.tenant)
            assert answer.refused == 0, answer

    def post_in_portions(self, points: list[dict[str, Any]], size: int = 17) -> None:
        for start in range(0, len(points), size):
            self.post(*points[start : start + size])

    def freeze(self, **how: Any) -> None:
        service.freeze_limits("chart", FreezeLimits.model_validate(how), self.tenant)

    def points(self) -> list[PointView]:
        found: list[PointView] = []
        cursor = None
        while True:
            page = service.list_points("chart", ResultWindow(limit=200, cursor=cursor), self.tenant)
            found += page.items
            if (cursor := page.next_cursor) is None:
                return found

    def told(self) -> list[str]:
        """The points whose signals wait to be published."""
        page = self.tenant.documents.system().walk(limit=1000)
        waiting = [str(each.data["envelope"]) for each in page.items if each.key.id.startswith(PENDING)]
        return [Envelope.model_validate_json(each).data["point_id"] for each in waiting]


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def make_shop() -> Shop:
    clock, ids = FixedClock(), CountingIds()
    stores = MemoryCloud(clock, ids).stores(TENANT)
    tenant = TenantContext(
        record=tenant_record(TENANT),
        principal=principal(),
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        clock=clock,
        ids=ids,
        correlation_id="correlation-1",
        wakes=MemoryWakes(),
    )
    for each in ("width", "depth"):
        made = Characteristic(id=each, name=each, unit="mm")
        tenant.documents.put(current_key(Characteristic, each), {"content": made.model_dump_json(), "product": ""})
    return Shop(tenant)
