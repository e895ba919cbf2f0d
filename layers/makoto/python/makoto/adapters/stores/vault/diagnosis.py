"""What a Vault says of the token that the platform was given."""

from collections.abc import Iterator

from makoto.adapters.excess import excess
from makoto.adapters.stores.vault.errors import translated
from makoto.adapters.stores.vault.session import VaultSession
from makoto.ports.connection import Connection
from makoto.ports.diagnosis import Found, Probe


def probes(connection: Connection[VaultSession]) -> Iterator[Probe]:
    """Rights beyond those needed: a root token may do everything."""
    yield Probe("excess", "secrets", lambda: connection.call(_policies))


def _policies(session: VaultSession) -> Found:
    with translated(is_proven=session.is_proven):
        told = session.ready().auth.token.lookup_self()["data"].get("policies") or []
    return excess([f"policy {name}" for name in told if name == "root"])
