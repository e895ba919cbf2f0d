"""The history engine sees one tenant's files at a time, keeps few of them, and reaches nothing else on the machine."""

from pathlib import Path

import duckdb
import pytest

from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.ports import history as history_port
from makoto.ports.context import TenantContext
from makoto.ports.history import History, Span, StoredFile, TooMuchHistory
from tests.builders import OTHER_TENANT, TENANT, tenant_record
from tests.unit.codecs.messages import NOW_MS, series, telemetry
from tests.unit.telemetry.world import World

EVERYTHING = Span((), 0, NOW_MS + 1)


def file_of(value: float) -> bytes:
    """A history file with one reading."""
    world = World()
    world.receive(telemetry(series("a", t=[NOW_MS], v=[value])))
    (info,) = world.tenant.objects.list("telemetry/").items
    return world.tenant.objects.download(info.key)


def tenant(cloud: MemoryCloud, tenant_id: str) -> TenantContext:
    stores = cloud.stores(tenant_id)
    return TenantContext(
        record=tenant_record(tenant_id),
        principal=None,
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        clock=FixedClock(),
        ids=CountingIds(),
        correlation_id="test",
    )


def stored(context: TenantContext, key: str, body: bytes) -> StoredFile:
    context.objects.upload(key, body, content_type="application/vnd.apache.parquet")
    return StoredFile(key, len(body))


def values(history: History, context: TenantContext, *files: StoredFile) -> list[object]:
    return [reading.value for reading in history.of(context).readings(files, EVERYTHING, skip=0, limit=100)]


def test_two_tenants_files_of_one_name_are_two_files() -> None:
    cloud, history = MemoryCloud(FixedClock(), CountingIds()), History(DuckdbHistory)
    one, other = tenant(cloud, TENANT), tenant(cloud, OTHER_TENANT)
    files = [stored(context, "telemetry/f.parquet", file_of(value)) for context, value in ((one, 1.0), (other, 2.0))]
    assert values(history, one, files[0]) == [1.0]
    assert values(history, other, files[1]) == [2.0]


def test_a_file_at_hand_is_not_fetched_again() -> None:
    context, history = tenant(MemoryCloud(FixedClock(), CountingIds()), TENANT), History(DuckdbHistory)
    file = stored(context, "telemetry/f.parquet", file_of(1.0))
    assert values(history, context, file) == [1.0]
    context.objects.delete(file.key)
    assert values(history, context, file) == [1.0]


def test_of_many_files_those_used_last_are_kept() -> None:
    context = tenant(MemoryCloud(FixedClock(), CountingIds()), TENANT)
    body = file_of(1.0)
    history = History(DuckdbHistory, max_kept_bytes=2 * len(body))
    files = [stored(context, f"telemetry/{each}.parquet", body) for each in range(4)]
    for file in (files[0], files[1], files[0], files[2]):
        values(history, context, file)
    assert sorted(path.name for path in history.folder.rglob("*.parquet")) == ["0.parquet", "2.parquet"]


def test_more_than_the_machine_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    context, history = tenant(MemoryCloud(FixedClock(), CountingIds()), TENANT), History(DuckdbHistory)
    file = stored(context, "telemetry/f.parquet", file_of(1.0))
    monkeypatch.setattr(history_port, "MAX_BYTES_AT_ONCE", file.bytes)
    assert values(history, context, file) == [1.0]
    with pytest.raises(TooMuchHistory):
        values(history, context, file, file)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/outside.csv'",
        "ATTACH '/tmp/outside.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    ],
)
def test_the_engine_reaches_nothing_beside_its_folder(tmp_path: Path, query: str) -> None:
    engine = DuckdbHistory(tmp_path)
    with pytest.raises(duckdb.Error):
        engine._connection.execute(query)


def test_merging_the_same_files_gives_the_same_bytes_sorted_by_metric_and_time(tmp_path: Path) -> None:
    world = World()
    for seq, t in enumerate([NOW_MS - 5, NOW_MS - 9, NOW_MS - 7]):
        world.receive(telemetry(series("b", t=[t], v=[1.0]), series("a", t=[t], v=[2.0]), seq=seq))
    history = History(DuckdbHistory).of(world.tenant)
    files = [StoredFile(info.key, info.bytes) for info in world.tenant.objects.list("telemetry/").items]
    one, two = history.scratch("one.parquet"), history.scratch("two.parquet")
    merged = history.merge(files, one)
    history.merge(files, two)
    assert one.read_bytes() == two.read_bytes()
    assert (merged.rows, merged.t_min, merged.t_max) == (6, NOW_MS - 9, NOW_MS - 5)
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT metric, t FROM read_parquet(?)", [str(one)]).fetchall()
    assert rows == sorted(rows)
