"""Run the server until it is told to stop: `python -m local.servers.mongo --port 27017 --user u --password p`."""

import argparse
import signal
from pathlib import Path

from local.servers.mongo.server import MongoServer


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    given = _arguments()
    users = {given.user: given.password} if given.user else {}
    certificate = (given.certificate, given.key) if given.certificate else None
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the threads, which inherit it
    server = MongoServer(
        port=given.port, users=users, data=given.data, replica_set=given.replica_set, certificate=certificate
    ).start()
    signal.sigwait(signals)
    server.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--data", type=Path, help="the file that keeps everything over a stop")
    parser.add_argument("--replica-set", default="rs0")
    parser.add_argument("--certificate", type=Path, help="PEM; with --key the server speaks TLS only")
    parser.add_argument("--key", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
