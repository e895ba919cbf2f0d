"""The state directory: what must be remembered between two runs of the laptop cloud."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from local.settings import HOST


@dataclass(frozen=True)
class Remembered:
    """Ports and generated passwords of one laptop cloud; each chosen once, at the first start that knows it."""

    postgres_port: int
    emulator_port: int
    mqtt_port: int
    database_owner_password: str
    database_app_password: str
    demo_password: str
    blob_port: int
    cosmos_port: int
    entra_port: int
    key_vault_port: int
    vault_port: int
    azure_client_secret: str
    vault_root_token: str
    customer_database_password: str


@dataclass(frozen=True)
class State:
    """Names every file and folder under the state directory."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def emulator(self) -> Path:
        return self.root / "emulator"

    @property
    def assembly(self) -> Path:
        return self.root / "cdk.out"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def processes(self) -> Path:
        return self.root / "processes"

    @property
    def devices(self) -> Path:
        return self.root / "devices"

    @property
    def customers(self) -> Path:
        """What the servers of the customers' own clouds keep."""
        return self.root / "customers"

    @property
    def authority(self) -> Path:
        """The certificate authority that those servers' certificates are signed by."""
        return self.root / "authority"

    @property
    def logins(self) -> Path:
        return self.root / "logins.json"

    @property
    def address(self) -> Path:
        return self.root / "front-door.json"

    @classmethod
    def prepare(cls, root: Path) -> Self:
        state = cls(root)
        for folder in (root, state.emulator, state.logs, state.processes, state.devices, state.customers):
            folder.mkdir(parents=True, exist_ok=True)
        return state

    def remembered(self) -> Remembered:
        """Read the remembered values, first choosing those that no earlier start has chosen."""
        file = self.root / "remembered.json"
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if {each.name for each in fields(Remembered)} - set(known):
            known = {**asdict(_choose()), **known}
            write_private(file, json.dumps(known, indent=2))
        return Remembered(**known)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, complete or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".draft")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def _choose() -> Remembered:
    names = [each.name for each in fields(Remembered) if each.name.endswith("_port")]
    return Remembered(
        **dict(zip(names, free_ports(len(names)), strict=True)),
        database_owner_password=secrets.token_urlsafe(24),
        database_app_password=secrets.token_urlsafe(24),
        demo_password=f"Makoto-{secrets.token_hex(4)}-9",
        azure_client_secret=secrets.token_urlsafe(24),
        vault_root_token=secrets.token_urlsafe(24),
        customer_database_password=secrets.token_urlsafe(24),
    )


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now; all are held until all are chosen, so that no two are equal."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    try:
        return [listener.getsockname()[1] for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0
