"""Shows an order and what became of it."""

from typing import Any

from cli.factory import Domain
from cli.output import show_json, tell
from cli.texts import text
from cli.written import duration, share

OPERATIONS = ("sequence", "name", "state", "equipment", "operator", "available", "good", "scrap", "rework", "in_rework")
COMPONENTS = ("material", "quantity", "unit")
SHEET = ("sequence", "name", "state", "input", "good", "scrap", "unaccounted", "yield", "first_pass")
TIMES = ("sequence", "planned_setup", "setup", "planned_run", "processing", "paused", "effectiveness", "labour")
SCRAP = ("sequence", "reason", "name", "quantity")
HEADING = ("order_id", "status", "product", "quantity", "unit", "priority", "good", "scrap", "rework")
PLANNED = ("due_at", "start_at", "released_at", "started_at", "completed_at", "cancelled_at", "note")


def show_order(orders: Domain, order: dict[str, Any]) -> None:
    """An order's heading and its operations as they stand."""
    if orders.as_json:
        show_json(order)
        return
    head = {name: order[name] for name in (*HEADING, *PLANNED) if order.get(name) is not None}
    orders.show({**head, "progress": share(order["progress"])})
    orders.show_rows(order["operations"], OPERATIONS)
    if order["components"]:
        orders.show_rows(order["components"], COMPONENTS)


def show_report(orders: Domain, report: dict[str, Any]) -> None:
    """Planned and actual, yields, scrap by reason."""
    if orders.as_json:
        show_json(report)
        return
    head = {name: report[name] for name in HEADING}
    yields = {name: share(report[name]) for name in ("overall_yield", "rolled_throughput_yield")}
    orders.show({**head, "lateness": duration(report["lateness_s"]), "labour": duration(report["labour_s"]), **yields})
    operations = report["operations"]
    orders.show_rows([_yields(each) for each in operations], SHEET)
    orders.show_rows([_times(each) for each in operations], TIMES)
    scrap = [{"sequence": each["sequence"], **line} for each in operations for line in each["scrap_by_reason"]]
    if scrap:
        tell(text("say.scrap"), style="bold")
        orders.show_rows(scrap, SCRAP)


def _yields(operation: dict[str, Any]) -> dict[str, Any]:
    shares = {"yield": share(operation["yield"]), "first_pass": share(operation["first_pass_yield"])}
    return {**operation, **shares}


def _times(operation: dict[str, Any]) -> dict[str, Any]:
    times = operation["times"]
    lengths = ("planned_setup", "setup", "planned_run", "processing", "paused")
    return {
        "sequence": operation["sequence"],
        **{name: duration(times[f"{name}_s"]) for name in lengths},
        "effectiveness": share(times["effectiveness"]),
        "labour": duration(operation["labour_s"]),
    }
