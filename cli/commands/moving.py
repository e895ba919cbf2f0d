"""Follows a move between clouds: a bar for what is copied, a sentence for each step."""

import time
from typing import TYPE_CHECKING, Any

from cli.client import ApiClient
from cli.commands.onboarding import ADMIN
from cli.context import path_of
from cli.failures import Failed
from cli.output import note, notes
from cli.texts import text, text_or

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

POLL_S = 1.0
COPIED = ("documents", "objects", "secrets")
RESTING = frozenset({"grace"})


def moves_path(tenant_id: str, *rest: str) -> str:
    """The path of a tenant's moves, or of one of them."""
    return path_of(ADMIN, tenant_id, "moves", *rest)


def newest(api: ApiClient, tenant_id: str) -> str:
    """The id of the tenant's latest move; Failed where it never had one."""
    found = api.call("GET", moves_path(tenant_id))["items"]
    if not found:
        raise Failed(text("error.no_move", tenant_id=tenant_id))
    return str(found[0]["move_id"])


def followed(api: ApiClient, move: dict[str, Any], *, to_the_end: bool = False) -> dict[str, Any]:
    """Show the progress until the tenant works in the other cloud, or until the move has ended.

    Raises Failed with the cause when it ended where it began.
    """
    path, said = moves_path(move["tenant_id"], move["move_id"]), set[str]()
    with _bars() as bars:
        tasks = {name: bars.add_task(text(f"moved.{name}"), total=None) for name in COPIED}
        while not _is_over(move, to_the_end=to_the_end):
            _say(move, said)
            _draw(move["progress"], bars, tasks)
            time.sleep(POLL_S)
            move = api.call("GET", path)
        _draw(move["progress"], bars, tasks)
    _say(move, said)
    if move["status"] == "rolled_back":
        raise Failed(text("error.rolled_back", cause=move["cause"] or "?"))
    return move


def _is_over(move: dict[str, Any], *, to_the_end: bool) -> bool:
    return move["status"] != "running" or (move["phase"] in RESTING and not to_the_end)


def _say(move: dict[str, Any], said: set[str]) -> None:
    """Say each step once, and in the pause for how long writers wait."""
    step = move["step"]
    if step not in said:
        said.add(step)
        note("  " + text_or(step, f"move.{step}", seconds=move["pause_s"], until=move["grace_until"] or ""))


def _draw(progress: dict[str, int], bars: "Progress", tasks: "dict[str, TaskID]") -> None:
    for name, task in tasks.items():
        total = progress[f"{name}_total"]
        bars.update(task, completed=min(progress[name], total), total=total or None)


def _bars() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=notes)
