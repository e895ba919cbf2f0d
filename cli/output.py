"""What a command prints: a table for people, JSON for programs, a sentence for a failure."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from cli.client import Refused
from cli.texts import text

console = Console()
errors = Console(stderr=True)

P = ParamSpec("P")
R = TypeVar("R")


def show(rows: Iterable[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows; nested values in a table as `a.b` columns."""
    listed = list(rows)
    if as_json:
        console.print_json(json.dumps(listed, ensure_ascii=False))
        return
    if not listed:
        console.print(text("say.nothing"))
        return
    table = Table(*columns, header_style="bold")
    for row in listed:
        table.add_row(*(_cell(row, column) for column in columns))
    console.print(table)


def show_one(record: dict[str, Any], *, as_json: bool) -> None:
    """Print one record, a field a line."""
    if as_json:
        console.print_json(json.dumps(record, ensure_ascii=False))
        return
    table = Table(show_header=False, box=None)
    for name, value in record.items():
        table.add_row(f"[bold]{name}[/]", _plain(value))
    console.print(table)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a refusal into sentences and exit code 1 (2 where the input broke a rule, 3 where no server answered)."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refused as refused:
            explain(refused)
            raise typer.Exit({0: 3, 422: 2}.get(refused.status, 1)) from refused

    return run


def explain(refused: Refused) -> None:
    """Say what was refused and why, with the request's id for the operator."""
    if refused.status == 0:
        errors.print(f"[red]{refused}[/]", highlight=False)
        return
    errors.print(f"[red]{refused.status}[/] {refused}", highlight=False, markup=True)
    for each in refused.problem.get("errors", []):
        errors.print(f"  {each['pointer']}: {each['detail']} ({each['rule']})", highlight=False)
    if "instance" in refused.problem:
        errors.print(f"  [dim]{refused.problem['instance']}[/]")


def _cell(row: dict[str, Any], column: str) -> str:
    value: Any = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
