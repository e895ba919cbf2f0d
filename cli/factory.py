"""What the factory's commands share: a domain's routes, bodies from files, answers on the factory's clock."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any

import typer

from cli.client import ApiClient, Listing
from cli.context import path_of, signed_in, tenant_path
from cli.failures import Failed, Refused, Unreachable
from cli.output import note, show, show_one
from cli.settings import cli_settings
from cli.texts import text
from cli.times import instant, zone_of

STDIN = Path("-")

Equipment = Annotated[str, typer.Option("--equipment", "-e", help=text("opt.equipment"))]
Place = Annotated[str, typer.Argument(help=text("opt.equipment"))]
From = Annotated[str, typer.Option("--from", help=text("opt.from"))]
To = Annotated[str, typer.Option("--to", help=text("opt.to"))]
At = Annotated[str, typer.Option("--at", help=text("opt.at"))]
Why = Annotated[str, typer.Option("--reason", help=text("opt.why"))]
Key = Annotated[str, typer.Option("--key", help=text("opt.once"))]
JsonFile = Annotated[Path, typer.Argument(dir_okay=False, help=text("opt.json_file"))]


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain's routes for one command."""

    api: ApiClient
    tenant: str
    base: str
    as_json: bool

    def call(self, method: str, *rest: str, **given: Any) -> Any:
        """Send and return the JSON answer."""
        return self.api.call(method, self.path(*rest), **given)

    def once(self, method: str, *rest: str, key: str, **given: Any) -> Any:
        """Send under a key, so that it can be sent again."""
        sent = key or token_hex(8)
        with repeatable("--key", sent):
            return self.call(method, *rest, headers={"Idempotency-Key": sent}, **given)

    def list(self, *rest: str, columns: Sequence[str], limit: int, **asked: Any) -> None:
        """Print a listing, page by page up to the limit; filters that are empty are left out."""
        filters = {name: value for name, value in asked.items() if value not in ("", None, [])}
        self.show_rows(self.api.listing(self.path(*rest), limit, filters), columns)

    def show(self, answer: dict[str, Any]) -> None:
        """Print one record."""
        show_one(answer, as_json=self.as_json, zone=self.zone())

    def show_rows(self, rows: Listing | Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
        """Print a table."""
        listing = rows if isinstance(rows, Listing) else Listing(list(rows))
        show(listing, columns, as_json=self.as_json, zone=self.zone())

    def path(self, *rest: str) -> str:
        """A path in the domain."""
        base = tenant_path(self.api, self.tenant, *self.base.split("/"))
        return path_of(base, *rest) if rest else base

    def zone(self) -> tzinfo | None:
        """The clock of tables; programs get UTC."""
        return None if self.as_json else zone_of(self.api, self.tenant)


@contextmanager
def repeatable(option: str, name: str) -> Iterator[None]:
    """Where nobody says whether a request arrived, tell the name under which it can be sent again."""
    try:
        yield
    except (Unreachable, Refused) as failed:
        if not isinstance(failed, Refused) or failed.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            note(text("say.once_again", option=option, name=name))
        raise


def domain(base: str, tenant: str, as_json: bool = False) -> Domain:
    """A domain's routes, for whoever is signed in."""
    return Domain(signed_in(), tenant, base, as_json)


def span(start: str, end: str) -> dict[str, str]:
    """The window of a question; an end that is not said is left out."""
    return {"from": instant(start), "to": instant(end)}


def named_or(chosen: str, kind: str) -> str:
    """An id of the person's choosing, else one made up here: then the request can be sent again."""
    return chosen or f"{kind}-{token_hex(6)}"


def at_or_now(at: str) -> dict[str, str]:
    """When something was done; the server takes now where it is not said."""
    return {"at": instant(at)} if at else {}


def segment(place: str) -> str:
    """A place as one segment of a path."""
    return place.replace("/", "~")


def said(**fields: Any) -> dict[str, Any]:
    """The fields of a body that were said."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], False)}


def read_document(file: Path) -> Any:
    """Read JSON from a file, or from standard input where it is `-`."""
    try:
        content = typer.get_text_stream("stdin").read() if file == STDIN else file.read_text(encoding="utf-8")
        return json.loads(content)
    except ValueError as error:
        raise Failed(text("error.json_file", file=file, error=error)) from error


def read_object(file: Path) -> dict[str, Any]:
    """Read one JSON object."""
    found = read_document(file)
    if not isinstance(found, dict):
        raise Failed(text("error.move_file", file=file))
    return found


def speaks_japanese() -> bool:
    return cli_settings().language == "ja"
