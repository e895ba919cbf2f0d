"""Shows figures with the terms they come from, losses, failures and shifts."""

from datetime import datetime, tzinfo
from typing import Any

from cli.factory import Domain, speaks_japanese
from cli.output import note, show_json, tell
from cli.texts import text, text_or
from cli.written import duration, share

FIGURES = ("figure", "value", "formula", "reason")
TERMS = ("term", "value", "reason")
PARETO = ("code", "name", "time", "stops", "share", "cumulative")
TREE = ("code", "name", "time", "stops", "total", "total_stops", "share")
MEANS = ("mean", "value", "observed", "reason")
SHIFTS = ("on", "name", "from", "to", "availability", "effectiveness", "quality", "oee", "greatest_loss")


def show_figure(performance: Domain, figure: dict[str, Any]) -> None:
    """A, E, Q and OEE (or every figure), each with its formula or why it is missing; then the terms."""
    if performance.as_json:
        show_json(figure)
        return
    zone = performance.zone()
    place = figure["equipment"] or text("say.enterprise")
    state = text("say.final", revision=figure["revision"]) if figure["is_final"] else text("say.preliminary")
    tell(f"{place}  {_clock(figure['start'], zone)} – {_clock(figure['end'], zone)}  {state}", style="bold")
    performance.show_rows([_kpi(name, each) for name, each in figure["kpis"].items()], FIGURES)
    performance.show_rows([_term(name, each) for name, each in figure["terms"].items()], TERMS)
    for flag in figure["flags"]:
        note(text("say.flag", flag=flag), style="yellow")
    if figure["silent"]:
        note(text("say.silent", units=", ".join(figure["silent"])), style="yellow")
    note(text("say.figure", figure=figure["figure_id"]), style="dim")


def show_losses(performance: Domain, losses: dict[str, Any], *, tree: bool) -> None:
    """Losses by their own time, or down the tree of reasons; and the big losses."""
    if performance.as_json:
        show_json(losses)
        return
    lost = duration(losses["lost_s"])
    tell(text("say.lost", lost=lost, stops=losses["minor_stops"]), style="bold")
    rows = _indented(losses["tree"]) if tree else losses["pareto"]
    performance.show_rows([_loss(each) for each in rows], TREE if tree else PARETO)
    big = {text_or(name, f"loss.{name}"): duration(seconds) for name, seconds in losses["big"].items()}
    performance.show(big)
    for flag in losses["flags"]:
        note(text("say.flag", flag=flag), style="yellow")


def show_reliability(performance: Domain, found: dict[str, Any]) -> None:
    """MTBF, MTTF, MTTR, and the failures they come from."""
    if performance.as_json:
        show_json(found)
        return
    means = [{"mean": name.upper(), **found[name]} for name in ("mtbf", "mttf", "mttr")]
    performance.show_rows([{**each, "value": duration(each["seconds"])} for each in means], MEANS)
    if found["failures"]:
        performance.show_rows(found["failures"], ("unit", "start", "end"))


def show_shifts(performance: Domain, shifts: list[dict[str, Any]]) -> None:
    """A row a shift, with its greatest loss."""
    performance.show_rows(shifts if performance.as_json else [_shift(each) for each in shifts], SHIFTS)


def loss_name(loss: dict[str, Any]) -> str:
    """A reason in the user's language."""
    if loss["code"] is None:
        return text("say.no_reason")
    return str(loss["name_ja"] if speaks_japanese() and loss["name_ja"] else loss["name"])


def _kpi(name: str, kpi: dict[str, Any]) -> dict[str, Any]:
    value = kpi["value"]
    if kpi["unit"] == "1":
        shown = share(value)
    elif kpi["unit"] == "s":
        shown = duration(value)
    else:
        shown = None if value is None else f"{value:.8g} {kpi['unit']}"
    return {**kpi, "figure": name, "value": shown}


def _term(name: str, term: dict[str, Any]) -> dict[str, Any]:
    value = duration(term["value"]) if term["unit"] == "s" else term["value"]
    return {**term, "term": name, "value": value}


def _loss(loss: dict[str, Any]) -> dict[str, Any]:
    return {
        **loss,
        "name": loss.get("shown") or loss_name(loss),
        "time": duration(loss["seconds"]),
        "total": duration(loss["total_s"]),
        "share": share(loss["share"]),
        "cumulative": share(loss["cumulative"]),
    }


def _indented(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reasons below their parents; one whose parent is not among them stands at the top."""
    codes = {each["code"] for each in tree}
    below: dict[int | None, list[dict[str, Any]]] = {}
    for each in tree:
        below.setdefault(each["parent"] if each["parent"] in codes else None, []).append(each)
    rows: list[dict[str, Any]] = []
    waiting = [(0, each) for each in reversed(below.get(None, []))]
    while waiting:
        depth, loss = waiting.pop()
        rows.append({**loss, "shown": "  " * depth + loss_name(loss)})
        if loss["code"] is not None:
            waiting += [(depth + 1, each) for each in reversed(below.get(loss["code"], []))]
    return rows


def _shift(shift: dict[str, Any]) -> dict[str, Any]:
    figure, losses = shift["figure"], shift["losses"]
    values = {name: share(kpi["value"]) for name, kpi in figure["kpis"].items()}
    greatest = f"{loss_name(losses[0])} {duration(losses[0]['seconds'])}" if losses else None
    window = {"from": figure["start"], "to": figure["end"], "greatest_loss": greatest}
    return {**shift, **values, **window, "quality": values.get("quality_ratio")}


def _clock(at: str, zone: tzinfo | None) -> str:
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
