"""A corrective or preventive action: problem, root cause, what is done by whom, whether it helped (ISO 9001, 10.2)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.quality.model import Change, Cursor, Person, Slug, Text, Title, broken, noted
from makoto.domain import Instant, Value
from makoto.errors import Conflict

MOST_ACTIONS = 50


class CapaIsClosed(Conflict):
    """The effectiveness is verified; what comes later is another one."""


class NotYetVerifiable(Conflict):
    """The root cause is not named, or actions are not done."""


class CapaStatus(StrEnum):
    """How far it is."""

    OPEN = "open"
    CLOSED = "closed"


class RootCause(Value):
    """Why it happened: in words, or by asking why until the cause is something that can be removed (5 why)."""

    whys: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    cause: Text


class NewAction(Value):
    """What is to be done."""

    what: Text
    owner: Person
    due_at: Instant


class Action(NewAction):
    """What is to be done, and whether it is."""

    number: int
    done_at: Instant | None = None
    done_by: str | None = None
    done_note: str | None = None


class Verification(Value):
    """Whether the cause is gone."""

    is_effective: bool
    evidence: Text


class Verified(Verification):
    """Who verified it."""

    at: Instant
    by: str


class OpenCapa(Value):
    """Open an action, about a non-conformance or not."""

    capa_id: Slug | None = None
    title: Title
    problem: Text
    nc_id: Slug | None = None
    root_cause: RootCause | None = None
    actions: Annotated[tuple[NewAction, ...], Field(max_length=MOST_ACTIONS)] = ()
    due_at: Instant | None = None


class ChangeCapa(Value):
    """Name the root cause, add actions, say which are done; what is not said stays."""

    root_cause: RootCause | None = None
    add_actions: Annotated[tuple[NewAction, ...], Field(max_length=MOST_ACTIONS)] = ()
    done: Annotated[tuple[int, ...], Field(max_length=MOST_ACTIONS)] = ()
    done_note: Text | None = None
    due_at: Instant | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.root_cause or self.add_actions or self.done or self.due_at):
            raise ValueError("nothing is changed")
        return self


class ListCapas(Value):
    """Which to list: of a status in the order of the ids, or the overdue ones by when they were due."""

    status: CapaStatus | None = None
    is_overdue: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor | None = None


class Capa(Value):
    """The whole record. `revision` is the version of the facts about it."""

    capa_id: str
    title: str
    problem: str
    nc_id: str | None = None
    status: CapaStatus = CapaStatus.OPEN
    root_cause: RootCause | None = None
    actions: tuple[Action, ...] = ()
    due_at: Instant | None = None
    verification: Verified | None = None
    opened_at: Instant
    opened_by: str
    history: tuple[Change, ...] = ()
    revision: int = 0

    @property
    def next_due_at(self) -> datetime | None:
        """When it is late from: the first due date of what is not done."""
        if self.status is CapaStatus.CLOSED:
            return None
        dues = [each.due_at for each in self.actions if each.done_at is None]
        return min([*dues, *([self.due_at] if self.due_at else [])], default=None)

    def changed(self, change: Change, **update: object) -> "Capa":
        return self.model_copy(update={"history": noted(self.history, change), "revision": self.revision + 1, **update})


def opened(command: OpenCapa, capa_id: str, change: Change) -> Capa:
    """Begin a record."""
    return Capa(
        capa_id=capa_id,
        **command.model_dump(include={"title", "problem", "nc_id", "due_at"}),
        root_cause=command.root_cause,
        actions=_numbered((), command.actions),
        opened_at=change.at,
        opened_by=change.by,
        history=(change,),
        revision=1,
    )


def changed(of: Capa, command: ChangeCapa, change: Change) -> Capa:
    """Apply what is said."""
    _require_open(of)
    actions = _numbered(of.actions, command.add_actions)
    if len(actions) > MOST_ACTIONS:
        raise broken("/body/add_actions", "size", f"a record has at most {MOST_ACTIONS} actions")
    for place, number in enumerate(command.done):
        if not 1 <= number <= len(actions):
            raise broken(f"/body/done/{place}", "unknown", f"there is no action {number}")
    done = {"done_at": change.at, "done_by": change.by, "done_note": command.done_note}
    ended = tuple(
        each.model_copy(update=done) if each.number in command.done and each.done_at is None else each
        for each in actions
    )
    return of.changed(
        change,
        actions=ended,
        root_cause=command.root_cause or of.root_cause,
        due_at=command.due_at or of.due_at,
    )


def verified(of: Capa, command: Verification, change: Change) -> Capa:
    """Close the record with what was seen of its effect."""
    _require_open(of)
    undone = [each.number for each in of.actions if each.done_at is None]
    if of.root_cause is None or not of.actions or undone:
        missing = "its root cause is not named" if of.root_cause is None else f"actions {undone or 'none'} are not done"
        raise NotYetVerifiable(f"{of.capa_id} cannot be verified: {missing}")
    seen = Verified(**command.model_dump(), at=change.at, by=change.by)
    return of.changed(change, verification=seen, status=CapaStatus.CLOSED)


def _numbered(actions: tuple[Action, ...], added: tuple[NewAction, ...]) -> tuple[Action, ...]:
    new = (Action(**each.model_dump(), number=len(actions) + place) for place, each in enumerate(added, start=1))
    return (*actions, *new)


def _require_open(of: Capa) -> None:
    if of.status is CapaStatus.CLOSED:
        raise CapaIsClosed(f"{of.capa_id} is closed")
