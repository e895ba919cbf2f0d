"""Entra ID, Key Vault, Cosmos DB and Vault in one process, which saves a laptop about 70 MB; Azurite has its own."""

import argparse
import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from local.servers.cosmos.access import Access
from local.servers.cosmos.account import opened
from local.servers.entra import Entra, signing_key
from local.servers.https import served
from local.servers.key_vault import KeyVault
from local.servers.tls import Authority
from local.servers.vault import VaultServer, bound


def main() -> None:
    """Serve all of them until told to end; Vault's root token comes by a file, for a process list shows arguments."""
    given = _arguments()
    authority = Authority.in_folder(given.tls)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with ExitStack() as running:
        _azure(running, given, authority)
        vault = bound(VaultServer(given.data / "vault", given.root_token.read_text()), given.vault_port, authority)
        threading.Thread(target=vault.serve_forever, daemon=True, name="vault").start()
        running.callback(vault.shutdown)
        ending.wait()


def _azure(running: ExitStack, given: argparse.Namespace, authority: Authority) -> None:
    entra = given.data / "entra"
    signing_key(entra / "signing.pem")
    url = running.enter_context(served(Entra(entra).app(), given.entra_port, authority))
    running.enter_context(
        served(KeyVault(given.data / "key-vault", url, authority.ca_path).app(), given.key_vault_port, authority)
    )
    access = Access(signing_key=entra / "signing.pem", keys_only_manage=True)
    account = running.enter_context(opened(given.data / "cosmos.json", access))
    for name in given.database:
        account.ensure_database(name)
    running.enter_context(served(account.app(), given.cosmos_port, authority))


def _arguments(told: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("entra", "key-vault", "cosmos", "vault"):
        parser.add_argument(f"--{name}-port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder that keeps what they are given")
    parser.add_argument("--tls", type=Path, required=True, help="the folder of the certificate authority")
    parser.add_argument("--root-token", type=Path, required=True, help="the file with Vault's root token")
    parser.add_argument("--database", action="append", default=[], help="a database that Cosmos DB has")
    return parser.parse_args(told)


if __name__ == "__main__":
    main()
