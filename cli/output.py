"""What a command prints: its result on stdout (a table for people, JSON for programs), everything else on stderr."""

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.client import Listing
from cli.failures import Failed, Refused
from cli.texts import text, text_or

PIPE_COLUMNS = 1000

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # within emoji and some scripts


def _console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Text is printed as it is: names and problems come from elsewhere and may hold what looks like markup."""
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


results = _console()
notes = _console(stderr=True)

P = ParamSpec("P")
R = TypeVar("R")


def show(listing: Listing, columns: Sequence[str], *, as_json: bool, zone: tzinfo | None = None) -> None:
    """Print the items of a listing; nested values in a table as `a.b` columns, times in the given zone."""
    if as_json:
        show_json(listing.items)
    elif listing.items:
        _print(_table(listing.items, columns, zone))
    else:
        note(text("say.nothing"))
    if listing.has_more:
        note(text("say.more", count=len(listing.items)), style="dim")


def show_one(record: dict[str, Any], *, as_json: bool, zone: tzinfo | None = None) -> None:
    """Print one record, a field a line, and each list of records in it as a table; times in the given zone."""
    if as_json:
        show_json(record)
        return
    fields = Table(show_header=False, box=None)
    lists = {name: value for name, value in record.items() if _is_records(value)}
    for name, value in _flat({name: value for name, value in record.items() if name not in lists}):
        fields.add_row(Text(name, style="bold"), _cell(value, zone))
    _print(fields)
    for name, rows in lists.items():
        tell(name, style="bold")
        _print(_table(rows, list(rows[0]), zone))


def tell(sentence: str | Text, style: str | None = None) -> None:
    """Say a result."""
    results.print(sentence, style=style, soft_wrap=True)


def note(sentence: str | Text, style: str | None = None) -> None:
    """Say something beside the result."""
    notes.print(sentence, style=style, soft_wrap=True)


def show_json(value: Any) -> None:
    """Print JSON as it is: no colours, no wrapping."""
    results.out(json.dumps(value, ensure_ascii=False, indent=2), highlight=False)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a failure into sentences and its exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Failed as failed:
            explain(failed)
            raise typer.Exit(failed.exit_code) from failed
        except BrokenPipeError:
            raise
        except OSError as error:
            note(f"{error.filename or ''}: {error.strerror or error}", style="red")
            raise typer.Exit(1) from error

    return run


def explain(failed: Failed) -> None:
    """Say what went wrong; of a refusal which fields broke which rule, and the request's id for the operator."""
    if not isinstance(failed, Refused):
        note(str(failed), style="red")
        return
    fields = failed.problem.get("errors", [])
    said = text_or("", f"status.{failed.status}")
    if not fields:
        said = ": ".join(filter(None, (said, str(failed))))
    note(Text.assemble((str(failed.status), "bold red"), " ", said))
    for each in fields:
        note(f"  {each['pointer']}: {each['detail']} ({each['rule']})")
    if failed.status == 401:
        note(text("error.sign_in_again"))
    if "instance" in failed.problem:
        note(f"  {failed.problem['instance']}", style="dim")


def _table(rows: Iterable[dict[str, Any]], columns: Sequence[str], zone: tzinfo | None) -> Table:
    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column.rsplit(".", 1)[-1], overflow="fold")
    for row in rows:
        table.add_row(*(_cell(_nested(row, column), zone) for column in columns))
    return table


def _print(table: Table) -> None:
    """Fit a table to the terminal; into a pipe or a file nothing is cut off."""
    here = results if results.is_terminal else _console(width=PIPE_COLUMNS)
    here.print(table)


def _nested(row: dict[str, Any], column: str) -> Any:
    value: Any = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _flat(record: dict[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _cell(value: Any, zone: tzinfo | None) -> str:
    match value:
        case None:
            return "–"
        case bool() | dict():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return ", ".join(str(each) for each in value) or "–"
        case str():
            return _in_zone(value, zone) if zone else visible(value)
        case float():
            return f"{value:.8g}"  # for people; --json keeps every digit
        case _:
            return str(value)


def _in_zone(value: str, zone: tzinfo) -> str:
    """An instant as the zone's clock shows it, any other text as it is."""
    try:
        at = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        return visible(value)
    return at.astimezone(zone).isoformat(sep=" ", timespec="milliseconds" if at.microsecond else "seconds")


def visible(value: str) -> str:
    """Escape what would move a terminal's cursor: names come from machines and from other people."""
    return "".join(ascii(each)[1:-1] if _is_control(each) else each for each in value)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in HIDDEN and character not in JOINERS
