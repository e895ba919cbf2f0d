"""A trace as a tree in the terminal: the lot, what was done, the lots of that, and so on."""

from datetime import datetime, tzinfo
from typing import Any

from rich.text import Text
from rich.tree import Tree

from cli.factory import Domain
from cli.output import note, results, show_json, tell, visible
from cli.texts import text

Trace = dict[str, Any]
BOTH = "both"
PAGE = 500
LISTS = ("affected", "nodes", "edges")


def whole_traces(lots: Domain, lot: str, direction: str, depth: int | None) -> list[Trace]:
    """Every page of a trace, in each direction that was asked for."""
    wanted = ("backward", "forward") if direction == BOTH else (direction,)
    return [_whole(lots, lot, each, depth) for each in wanted]


def show_traces(lots: Domain, traces: list[Trace]) -> None:
    """A tree a direction; a lot that stands in it already is only named again."""
    if lots.as_json:
        show_json(traces)
        return
    zone = lots.zone()
    for trace in traces:
        tell(text("say.forward" if trace["direction"] == "forward" else "say.backward"), style="bold")
        results.print(_tree(trace, zone))
        counted = {name: trace[name] for name in ("lot_count", "activity_count", "path_count")}
        note(text("say.traced", **counted), style="dim")
        if not trace["is_complete"]:
            note(text("say.incomplete"), style="yellow")


def _whole(lots: Domain, lot: str, direction: str, depth: int | None) -> Trace:
    asked: dict[str, Any] = {"lot": lot, "direction": direction, "limit": PAGE} | ({"depth": depth} if depth else {})
    (whole,) = lots.call("GET", "trace", params=asked)["traces"]
    cursor = whole["next_cursor"]
    while cursor:
        (page,) = lots.call("GET", "trace", params={**asked, "cursor": cursor})["traces"]
        for name in LISTS:
            whole[name] += [each for each in page[name] if each not in whole[name]]
        cursor = page["next_cursor"]
    whole["next_cursor"] = None
    return dict(whole)


def _tree(trace: Trace, zone: tzinfo | None) -> Tree:
    below = _below(trace)
    labels = {each["lot_id"]: _lot(each) for each in trace["affected"]}
    labels |= {each["id"]: _node(each, zone) for each in trace["nodes"] if each["id"] not in labels}
    root = trace["lot_id"]
    tree = Tree(labels[root])
    shown, waiting = {root}, [(tree, root)]
    while waiting:
        branch, node = waiting.pop()
        for child, quantity in below.get(node, ()):
            label = Text.assemble(labels[child], ("  " + quantity, "cyan"))
            if child in shown:
                branch.add(label.append("  " + text("say.above"), style="dim"))
                continue
            shown.add(child)
            waiting.append((branch.add(label), child))
    return tree


def _below(trace: Trace) -> dict[str, list[tuple[str, str]]]:
    """What stands below each node, with how much of it."""
    is_forward = trace["direction"] == "forward"
    below: dict[str, list[tuple[str, str]]] = {}
    for edge in trace["edges"]:
        source, target = (edge["source"], edge["target"]) if is_forward else (edge["target"], edge["source"])
        below.setdefault(source, []).append((target, f"{edge['quantity']} {edge['unit']}"))
    return below


def _lot(lot: dict[str, Any]) -> Text:
    style = {"on_hold": "red", "rejected": "red", "shipped": "blue"}.get(lot["status"], "green")
    left = f"{lot['remaining']}/{lot['made']} {lot['unit']}"
    return Text.assemble(
        (visible(lot["lot_id"]), "bold"), f"  {lot['material']}  ", (lot["status"], style), f"  {left}"
    )


def _node(node: dict[str, Any], zone: tzinfo | None) -> Text:
    at = f"  {datetime.fromisoformat(node['at']).astimezone(zone):%Y-%m-%d %H:%M}" if node["at"] else ""
    return Text.assemble((node["label"], "magenta"), at, (f"  {visible(node['id'])}", "dim"))
