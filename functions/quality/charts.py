"""Control charts as they are defined, listed and restarted; all but the definitions lies in each chart's partition."""

from functions.quality import records
from functions.quality.chart import Chart, Head, MarkRestart, NewChart, Restart
from functions.quality.model import AlreadyExists, Cursor, Listing, NoSuchChart, broken, require_past
from functions.quality.settling import head_put, partition_of, read_head, settle
from makoto.analytics.spc import Rule
from makoto.domain import Page, Value, ms_from_instant
from makoto.domain.factory import Characteristic, is_within
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfAbsent, Key, Query

PARTITION = "quality-charts"
MOST_RESTARTS, SHOWN_RESTARTS = 1000, 100


class ChartLine(Value):
    """A chart in a listing, with how its last point stands."""

    chart: Chart
    points: int
    limits_version: int | None
    last_rules: tuple[Rule, ...]
    is_settled: bool


class ChartDetail(ChartLine):
    """A chart with when the process last began anew, the newest first."""

    restarts: tuple[Restart, ...]


class ListCharts(Listing):
    """Which charts to list, in the order of their ids; of one characteristic or below a place a page may be short."""

    characteristic: str | None = None
    equipment: str | None = None
    cursor: Cursor | None = None


def create_chart(command: NewChart, tenant: TenantContext) -> ChartDetail:
    """Define a chart; the same again changes nothing."""
    known = characteristics_of(command, tenant, "/body/characteristics")
    now, by = tenant.clock.now(), records.who(tenant)
    said = {"product": known[0].product, "unit": known[0].unit, "created_at": now, "created_by": by}
    chart = Chart.model_validate(command.model_dump() | said)
    try:
        tenant.commit([records.put(_key(chart.chart_id), chart, IfAbsent())])
    except ConditionFailed as taken:
        held = load(chart.chart_id, tenant)
        if NewChart.model_validate(held.model_dump(include=set(NewChart.model_fields))) != command:
            raise AlreadyExists(f"there is another chart {chart.chart_id}") from taken
    return read_chart(chart.chart_id, tenant)


def read_chart(chart_id: str, tenant: TenantContext) -> ChartDetail:
    """Show a chart."""
    chart = load(chart_id, tenant)
    head, _ = read_head(chart_id, tenant)
    newest = Query(partition_of(chart_id), prefix="restart/", descending=True, limit=SHOWN_RESTARTS)
    return ChartDetail(**dict(_line(chart, head)), restarts=records.page_of(Restart, newest, tenant).items)


def list_charts(asked: ListCharts, tenant: TenantContext) -> Page[ChartLine]:
    """List charts with how they stand."""
    page = records.page_of(Chart, Query(PARTITION, limit=asked.limit, cursor=asked.cursor), tenant)
    kept = [each for each in page.items if _is_asked(each, asked)]
    keys = [Key(partition_of(each.chart_id), "head") for each in kept]
    found = tenant.documents.batch_get(keys).found if keys else {}
    heads = {key.partition: records.value_of(Head, each) for key, each in found.items()}
    lines = tuple(_line(each, heads.get(partition_of(each.chart_id), Head())) for each in kept)
    return Page[ChartLine](items=lines, next_cursor=page.next_cursor)


def mark_restart(chart_id: str, command: MarkRestart, tenant: TenantContext) -> ChartDetail:
    """Let no run reach back past an instant; points after it are judged again."""
    require_past(command.at, tenant.clock.now(), "/body/at")
    chart = load(chart_id, tenant)

    def attempt() -> None:
        head, version = read_head(chart_id, tenant)
        if command.at in head.restarts:
            return
        if len(head.restarts) >= MOST_RESTARTS:
            raise broken("/body/at", "size", f"a chart has at most {MOST_RESTARTS} restarts")
        made = Restart(at=command.at, reason=command.reason, by=records.who(tenant))
        place = Key(partition_of(chart_id), f"restart/{records.moment(command.at)}")
        stale = tuple(sorted({*head.stale, f"{ms_from_instant(command.at):015d}/"}))
        after = head.model_copy(update={"restarts": tuple(sorted((*head.restarts, command.at))), "stale": stale})
        tenant.commit([head_put(chart_id, after, version), records.put(place, made)])

    records.insisting(attempt, chart_id)
    settle(chart, (), tenant)
    return read_chart(chart_id, tenant)


def load(chart_id: str, tenant: TenantContext) -> Chart:
    """Read a chart's definition."""
    found = records.find(Chart, _key(chart_id), tenant)
    if found is None:
        raise NoSuchChart(f"there is no control chart {chart_id}")
    return found[0]


def characteristics_of(chart: NewChart, tenant: TenantContext, pointer: str = "") -> tuple[Characteristic, ...]:
    """The characteristics that a chart is of."""
    found = [tenant.masters.find(Characteristic, each) for each in chart.characteristics]
    for place, (each, name) in enumerate(zip(found, chart.characteristics, strict=True)):
        if each is None:
            raise broken(f"{pointer}/{place}", "unknown", f"there is no characteristic {name}")
    known = tuple(each for each in found if each is not None)
    if len({each.product for each in known if each.product}) > 1:
        raise broken(pointer or "/characteristics", "product", "the characteristics are of several products")
    return known


def _line(chart: Chart, head: Head) -> ChartLine:
    return ChartLine(
        chart=chart,
        points=head.count,
        limits_version=head.frozen[-1].version if head.frozen else None,
        last_rules=head.last_rules,
        is_settled=not head.stale,
    )


def _is_asked(chart: Chart, asked: ListCharts) -> bool:
    is_there = asked.equipment is None or is_within(chart.equipment or "", asked.equipment)
    return is_there and (asked.characteristic is None or asked.characteristic in chart.characteristics)


def _key(chart_id: str) -> Key:
    return Key(PARTITION, chart_id)
