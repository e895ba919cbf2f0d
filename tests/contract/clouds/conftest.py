"""One emulator for the session, on a free port, with IAM enforced."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from local.postgres import Postgres
from local.servers.mongo import MongoServer
from local.servers.tls import Authority
from local.servers.vault import VaultServer, served
from makoto.adapters.system import SystemClock
from tests.contract.clouds.mongo_world import PASSWORD, USERNAME, MongoWorld
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.vault_world import ROOT, VaultWorld
from tests.contract.clouds.worlds import REGION, AwsWorld, MemoryWorld

READY_WITHIN_S = 60


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a MiniStack that forgets everything when it ends."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},  # noqa: TID251  a child's
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
    }
    folder = tmp_path_factory.mktemp("emulator")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/ready", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


LASTING_WORLDS = ("aws_world", "postgres_world", "mongo_world")


@pytest.fixture(autouse=True)
def _now(request: pytest.FixtureRequest) -> None:
    """Begin each test now: a world that lasts for the session has a clock that stands still, and servers have not."""
    for name in LASTING_WORLDS:
        if name in request.fixturenames:
            clock = request.getfixturevalue(name).clock
            clock.advance((SystemClock().now() - clock.now()).total_seconds())


@pytest.fixture(scope="session")
def aws_world(emulator_url: str) -> AwsWorld:
    world = AwsWorld(emulator_url)
    world.create_roles()
    return world


@pytest.fixture(scope="session")
def postgres_world(request: pytest.FixtureRequest) -> Iterator[PostgresWorld]:
    """The server that MAKOTO_TEST_POSTGRES_URL names, or else the session's own."""
    world = PostgresWorld.real() or PostgresWorld.on(_server(request))
    yield world
    world.close()


def _server(request: pytest.FixtureRequest) -> Postgres:
    server: Postgres = request.getfixturevalue("postgres_server")
    return server


@pytest.fixture(scope="session")
def mongo_world() -> Iterator[MongoWorld]:
    """The server that MAKOTO_TEST_MONGO_URL names, or else one of the session's own."""
    server = MongoServer(users={USERNAME: PASSWORD}).start()
    world = MongoWorld.real() or MongoWorld.on(server)
    yield world
    world.close()
    server.stop()


@pytest.fixture(scope="session")
def vault_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.in_folder(tmp_path_factory.mktemp("vault-ca"))


@pytest.fixture(scope="session")
def vault_world(tmp_path_factory: pytest.TempPathFactory, vault_authority: Authority) -> Iterator[VaultWorld]:
    if real := VaultWorld.real():
        yield real
        return
    server = VaultServer(tmp_path_factory.mktemp("vault"), ROOT)
    with served(server, vault_authority) as url:
        world = VaultWorld.at(url, ROOT, vault_authority.ca_path)
        yield world
        world.admin.adapter.close()
        world.connections.close()


@pytest.fixture
def memory_world() -> MemoryWorld:
    return MemoryWorld()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the emulator ended before it was ready"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError("the emulator was not ready in time")
