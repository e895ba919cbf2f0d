"""Works the journal off: each announced key is looked at again and copied as it is now."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from functions.moves import documents, objects, secrets
from functions.moves.ports import Leg
from makoto.ports.documents import Documents, Key
from makoto.ports.journal import SHARDS, Intent, Journal

PAGE = 200
FEW = 50
"""So few intents of a round are left to the pause."""


class Round(NamedTuple):
    """How many intents were worked off, and how many seen are too young: their writes may be under way."""

    done: int
    young: int


def journal_of(store: Documents) -> Journal:
    """The journal that lies in these documents."""
    return Journal(store.driver, store.clock, store.ids)


def catch_up(leg: Leg, before: datetime | None) -> Round:
    """Work off the first intents of every shard, those announced before the instant; all of them in the pause."""
    journal = journal_of(leg.origin.documents)
    done = young = 0
    for shard in range(SHARDS):
        found = journal.first(shard, PAGE)
        ripe = [intent for intent in found if before is None or intent.at < before]
        _apply(leg, ripe)
        done, young = done + len(ripe), young + len(found) - len(ripe)
    return Round(done, young)


def _apply(leg: Leg, intents: Sequence[Intent]) -> None:
    """Copy first and strike out after: what a crash leaves is done again."""
    if not intents:
        return
    documents.copy_keys(leg.origin.documents, leg.destination.documents, _keys(intents))
    for (key,) in _named(intents, "object"):
        objects.copy_object(leg, key)
    secrets.copy_names(leg, [name for (name,) in _named(intents, "secret")])
    documents.remove(leg.origin.documents, [intent.key for intent in intents])


def _keys(intents: Sequence[Intent]) -> list[Key]:
    return [Key(partition, name) for partition, name in _named(intents, "document")]


def _named(intents: Sequence[Intent], kind: str) -> list[tuple[str, ...]]:
    """Each name once, however often it was announced."""
    return list(dict.fromkeys(name for intent in intents if intent.kind == kind for name in intent.names))
