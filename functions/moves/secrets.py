"""Secrets of a moving tenant: a value goes from one store to the other and is seen nowhere else."""

import hmac
from collections.abc import Iterable
from contextlib import suppress

from functions.moves.ports import Leg
from makoto.ports.ids import Ids
from makoto.ports.secrets import SecretNotFound, Secrets


def copy_all(leg: Leg) -> int:
    """Copy every secret and remove what the origin does not hold; returns how many were copied."""
    names = set(leg.origin.secrets.all_names())
    for name in set(leg.destination.secrets.all_names()) - names:
        leg.destination.secrets.delete(name)
    return copy_names(leg, sorted(names))


def copy_names(leg: Leg, names: Iterable[str]) -> int:
    """Give the destination what the origin holds under these names now, nothing where it holds nothing."""
    copied = 0
    for name in names:
        try:
            value = leg.origin.secrets.read_through(name)
        except SecretNotFound:
            leg.destination.secrets.delete(name)
        else:
            leg.destination.secrets.put(name, value.reveal())
            copied += 1
    return copied


def delete_all(secrets: Secrets) -> None:
    """Remove every secret."""
    for name in list(secrets.all_names()):
        secrets.delete(name)


def compare(leg: Leg, ids: Ids) -> tuple[int, int, bool]:
    """Count both sides and tell whether they are equal, by digests under a key that is forgotten at once."""
    key = ids.random(32)
    ours, theirs = _digests(leg.origin.secrets, key), _digests(leg.destination.secrets, key)
    return len(ours), len(theirs), ours == theirs


def _digests(secrets: Secrets, key: bytes) -> dict[str, bytes]:
    digests: dict[str, bytes] = {}
    for name in secrets.all_names():
        with suppress(SecretNotFound):  # a name may outlive its secret
            digests[name] = hmac.digest(key, secrets.read_through(name).reveal().encode(), "sha256")
    return digests
