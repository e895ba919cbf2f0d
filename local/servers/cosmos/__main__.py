"""`python -m local.servers.cosmos --port N --tls FOLDER [--data FILE]`: one account on loopback, until it is ended."""

import argparse
import sys
from pathlib import Path

from local.servers.cosmos.access import KEY, Access
from local.servers.cosmos.account import opened
from local.servers.https import serve
from local.servers.tls import Authority


def main(arguments: list[str]) -> None:
    """Serve one account."""
    told = _parser().parse_args(arguments)
    principals = frozenset(told.principal)
    access = Access(told.key, told.signing_key, principals, keys_only_manage=told.keys_only_manage)
    with opened(told.data, access, tuple(told.region or ("Japan East",)), told.consistency) as account:
        for name in told.database:
            account.ensure_database(name)
        serve(account.app(), told.port, Authority.in_folder(told.tls))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.servers.cosmos", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", type=Path, required=True, help="the folder of the certificate authority")
    parser.add_argument("--data", type=Path, help="the file that keeps the data; without it all is forgotten")
    parser.add_argument("--key", default=KEY, help="the account's key, in base 64")
    parser.add_argument("--signing-key", type=Path, help="the PEM file whose key signs the tokens that are taken")
    parser.add_argument(
        "--principal", action="append", default=[], help="an application that may; without any, all may"
    )
    parser.add_argument(
        "--keys-only-manage", action="store_true", help="refuse containers to tokens, as the service does"
    )
    parser.add_argument("--region", action="append", help="as shown, `Japan East`; the first is written to")
    parser.add_argument("--consistency", default="Session", choices=["Strong", "Session"])
    parser.add_argument("--database", action="append", default=[], help="a database to have")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
