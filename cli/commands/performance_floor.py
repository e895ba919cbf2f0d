"""`makoto performance …` for who stands at the machines: what they do now, why they stood, what counters count."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant
from cli.factory import Domain, From, Place, To, domain, read_object, said, segment, span
from cli.failures import Failed, Refused
from cli.output import guarded, note, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer()

STATES = ("equipment", "state", "mode", "since", "reason", "reason_name", "order", "is_executing", "source")
PARTS = ("start", "end", "reason")
RESTATED = ("figure_id", "revision", "name", "before", "after")
Note = Annotated[str, typer.Option("--note", help=text("opt.note"))]
Code = Annotated[int | None, typer.Option("--reason", help=text("opt.reason_code"))]
File = Annotated[Path | None, typer.Option("--file", help=text("opt.json_file"))]
Begin = Annotated[str, typer.Option("--from", help=text("opt.from"))]


@app.command("states", help=text("performance.states"))
@guarded
def states(
    place: Annotated[str, typer.Argument(help=text("opt.place_or_all"))] = "",
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    performance = domain("performance", tenant, as_json)
    rows = [_state(performance, unit) for unit in _units(performance, place, limit)]
    performance.show_rows([each for each in rows if each is not None], STATES)


@app.command("set-state", help=text("performance.set_state"))
@guarded
def set_state(
    place: Place,
    state: Annotated[str, typer.Argument(help=text("opt.packml"))],
    start: Begin = "now",
    end: Annotated[str, typer.Option("--to", help=text("opt.state_to"))] = "",
    mode: Annotated[int, typer.Option("--mode", help=text("opt.mode"))] = 1,
    reason: Code = None,
    remark: Note = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"start": instant(start), "packml": _packml(state), "mode": mode} | said(reason=reason, note=remark)
    performance = domain("performance", tenant, as_json)
    until = {"end": instant(end)} if end else {}
    performance.show(performance.call("POST", "states", segment(place), json=body | until))


@app.command("classify", help=text("performance.classify"))
@guarded
def classify(
    place: Place,
    start: Annotated[str, typer.Option("--from", help=text("opt.from"))] = "",
    end: To = "now",
    reason: Code = None,
    back: Annotated[bool, typer.Option("--give-back", help=text("opt.give_back"))] = False,
    file: Annotated[Path | None, typer.Option("--file", help=text("opt.parts_file"))] = None,
    remark: Note = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    if file is not None:
        body = read_object(file)
    elif start and (reason is None) == back:
        body = {"parts": [{"start": instant(start), "end": instant(end), "reason": reason}]}
    else:
        raise typer.BadParameter(text("error.classify"))
    performance = domain("performance", tenant, as_json)
    answer = performance.call("POST", "downtime", segment(place), "classify", json=body | said(note=remark))
    performance.show_rows(answer, PARTS)


@app.command("counters", help=text("performance.counters"))
@guarded
def counters(place: Place, file: File = None, tenant: Tenant = "", as_json: AsJson = False) -> None:
    performance = domain("performance", tenant, as_json)
    how: dict[str, Any] = {} if file is None else {"json": read_object(file)}
    performance.show(performance.call("PUT" if how else "GET", "counters", segment(place), **how))


@app.command("correct", help=text("performance.correct"))
@guarded
def correct(
    place: Place,
    counter: Annotated[str, typer.Argument(help=text("opt.counter"))],
    quantity: Annotated[int, typer.Argument(min=0, help=text("opt.counted"))],
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))],
    at: Annotated[str, typer.Option("--at", help=text("opt.reading_at"))],
    remark: Note = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"counter": counter, "device_id": device, "at": instant(at), "quantity": quantity} | said(note=remark)
    performance = domain("performance", tenant, as_json)
    performance.show(performance.call("POST", "counters", segment(place), "correct", json=body))


@app.command("recompute", help=text("performance.recompute"))
@guarded
def recompute(
    place: Annotated[str, typer.Argument(help=text("opt.place_or_all"))] = "",
    start: From = "1d",
    end: To = "now",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    window = span(start, end)
    performance = domain("performance", tenant, as_json)
    body = {"equipment": place, "start": window["from"], "end": window["to"]}
    answer = performance.call("POST", "recompute", json=body)
    if as_json:
        show_json(answer)
        return
    rows = [{**each, **change} for each in answer["restated"] for change in each["differences"]]
    performance.show_rows(rows, RESTATED)
    note(text("say.restated", count=len(answer["restated"])))


def _units(performance: Domain, place: str, limit: int) -> list[str]:
    """The places below one at which nothing stands: those that have states."""
    masters = Domain(performance.api, performance.tenant, "masters", performance.as_json)
    path = masters.path("equipment")
    found = [str(each["record"]["id"]) for each in performance.api.listing(path, 10_000, {"prefix": place}).items]
    within = [each for each in found if not place or each == place or each.startswith(f"{place}/")]
    parents = {each.rpartition("/")[0] for each in found}
    return [each for each in within if each not in parents][:limit] or ([place] if place else [])


def _state(performance: Domain, unit: str) -> dict[str, Any] | None:
    """What a unit does; of one that said nothing yet only its name."""
    try:
        answer: dict[str, Any] = performance.call("GET", "states", segment(unit))
    except Refused as refused:
        if refused.name != "nothing-known":
            raise
        return {"equipment": unit}
    return answer


def _packml(state: str) -> int:
    """A state of PackML by its number or its name."""
    from makoto.domain.factory import PackmlState

    if state.isdecimal():
        return int(state)
    try:
        return int(PackmlState[state.upper().replace("-", "_")])
    except KeyError:
        names = ", ".join(each.name.lower() for each in PackmlState)
        raise Failed(text("error.packml", state=state, names=names)) from None
