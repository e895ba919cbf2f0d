"""Stands in for Azure Blob Storage: Azurite over TLS, opened by tokens; it does not check their signature."""

import argparse
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.errors import ChildDied
from local.servers.tls import Authority
from local.settings import HOST, child_environment

ACCOUNT = "devstoreaccount1"
READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Azurite:
    """One blob service with its blobs in a folder; its one account is `devstoreaccount1`."""

    folder: Path
    port: int
    authority: Authority

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def command(self) -> Sequence[str]:
        """Return what runs it."""
        from local.servers.node import node, package

        certificate, key = self.authority.server_certificate()
        script = package("azurite") / "dist" / "src" / "blob" / "main.js"
        place = ["--blobHost", HOST, "--blobPort", str(self.port), "--location", str(self.folder)]
        tls = ["--oauth", "basic", "--cert", str(certificate), "--key", str(key)]
        return [str(node()), str(script), *place, *tls, "--skipApiVersionCheck", "--disableTelemetry", "--silent"]

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it as a child during the block and give its address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "azurite.log"
        with log.open("wb") as output:
            child = subprocess.Popen(self.command(), stdout=output, stderr=output, env=child_environment())
        try:
            self._await(child, log)
            yield self.url
        finally:
            child.terminate()
            child.wait(30)

    def _await(self, child: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and child.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((HOST, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise ChildDied("azurite", str(log))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the blobs")
    parser.add_argument("--tls", type=Path, required=True, help="folder of the certificate authority")
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    command = Azurite(given.data, given.port, Authority.in_folder(given.tls)).command()
    os.execv(command[0], list(command))  # noqa: S606 - this process becomes the server


if __name__ == "__main__":
    main()
