"""Brings the whole laptop cloud up and down, in the order in which the parts need each other."""

import fcntl
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from local import preflight
from local.assembly import Assembly
from local.aws import Aws
from local.child import Child
from local.customers import CustomersClouds
from local.database import PlatformDatabase
from local.deployment import Deployment
from local.emulator import Emulator
from local.errors import ChildDied, NotRunning
from local.front_door import Address
from local.narration import Narration, PartStatus
from local.onboarding import Onboarding
from local.postgres import Postgres
from local.settings import HOST, LaptopSettings
from local.state import State, is_listening
from local.synthesis import Synthesis

STAGE = "live"
FRONT_DOOR_WITHIN_S = 20.0


@dataclass(frozen=True)
class Laptop:
    """One laptop cloud in one state directory."""

    settings: LaptopSettings
    narration: Narration = field(default_factory=Narration)

    @property
    def state(self) -> State:
        return State.prepare(self.settings.state)

    @property
    def front_door(self) -> Child:
        return Child("front-door", self.state)

    @property
    def simulator(self) -> Child:
        return Child("simulator", self.state)

    @property
    def port(self) -> int:
        """The port asked for now, or else the one of the last time."""
        if not self.settings.port_chosen and self.state.address.exists():
            return Address.read(self.state.address).port
        return self.settings.port

    def up(self) -> None:
        """Start everything; whatever runs already and is up to date is left alone."""
        state, tell = self.state, self.narration
        with self._alone():
            with tell.step("Check this machine", "環境の確認"):
                preflight.check(state, self.front_door, self.port)
            assembly = self._start_and_synthesise()
            aws = Aws(Emulator(state).endpoint)
            with tell.step("Deploy the stacks", "スタックのデプロイ"):
                outputs = Deployment(aws).deploy(assembly, tell.detail)
            with tell.step("Migrate the database", "データベースの移行"):
                database = PlatformDatabase(aws, Postgres(state))
                database.connect_functions()
                database.migrate()
            with tell.step("Open the front door", "入口の起動"):
                address = self._open_front_door(outputs["ApiId"])
            with tell.step("Onboard the demo tenants", "デモテナントの準備"):
                customers = CustomersClouds(state, aws)
                logins = Onboarding(state, aws, assembly, customers, address.url, outputs["UserPoolId"]).run()
            if self.settings.simulate:
                with tell.step("Start the factories", "工場シミュレーターの起動"):
                    self._start_simulator()
            Emulator(state).checkpoint()
        tell.invitation(address.url, logins, state.remembered().demo_password)

    def down(self, *, wipe: bool = False) -> None:
        """Stop everything; the data stay unless they are to be wiped."""
        state = self.state
        with self._alone():
            for child in (self.simulator, self.front_door):
                child.stop()
            with self.narration.step("Stop the customers' own clouds", "顧客のクラウドの停止"):
                CustomersClouds(state, Aws(Emulator(state).endpoint)).stop()
            with self.narration.step("Save and stop the AWS emulator", "AWS エミュレーターの保存と停止"):
                Emulator(state).stop()
            with self.narration.step("Stop PostgreSQL", "PostgreSQL の停止"):
                Postgres(state).stop()
        if wipe:
            Postgres(state).wipe()
            shutil.rmtree(state.root, ignore_errors=True)

    def parts(self) -> list[PartStatus]:
        """Every process, in the order of their start."""
        remembered = self.state.remembered()
        customers = CustomersClouds(self.state, Aws(Emulator(self.state).endpoint))
        places = {
            Postgres(self.state).child: f"{HOST}:{remembered.postgres_port}",
            Emulator(self.state).child: f"{HOST}:{remembered.emulator_port}, mqtts {remembered.mqtt_port}",
            **{part.child: f"{HOST}, {_told(part.ports)}" for part in customers.parts()},
            self.front_door: f"http://{HOST}:{self.port}",
            self.simulator: str(self.state.devices),
        }
        return [
            PartStatus(child.name, child.pid() is not None, child.has_crashed(), place, str(child.log))
            for child, place in places.items()
        ]

    def health(self) -> list[dict[str, Any]]:
        """What the platform says of its own parts; NotRunning when nobody answers."""
        try:
            answer = httpx.get(f"http://{HOST}:{self.port}/health/ready", timeout=30.0)
        except httpx.TransportError as error:
            raise NotRunning from error
        parts: list[dict[str, Any]] = answer.json().get("parts", [])
        return parts

    def environment(self) -> dict[str, str]:
        """What a shell needs to reach the laptop cloud with the AWS CLI, psql and makoto."""
        remembered = self.state.remembered()
        return {
            "MAKOTO_URL": f"http://{HOST}:{self.port}",
            "AWS_ENDPOINT_URL": Emulator(self.state).endpoint,
            "AWS_REGION": "ap-northeast-1",
            "AWS_ACCESS_KEY_ID": "000000000000",
            "AWS_SECRET_ACCESS_KEY": "laptop",
            "PGHOST": HOST,
            "PGPORT": str(remembered.postgres_port),
            "PGDATABASE": "makoto",
            "PGUSER": "makoto_owner",
            "PGPASSWORD": remembered.database_owner_password,
        }

    def _start_and_synthesise(self) -> Assembly:
        """Synthesis needs no server and takes longest, so it runs beside their start."""
        state, tell = self.state, self.narration
        with ThreadPoolExecutor(max_workers=1) as pool:
            synthesis = pool.submit(Synthesis(state, self.settings.app).run)
            with tell.step("Start PostgreSQL", "PostgreSQL の起動"):
                Postgres(state).start()
            with tell.step("Start the AWS emulator", "AWS エミュレーターの起動"):
                Emulator(state).start()
            with tell.step("Start the customers' own clouds", "顧客のクラウドの起動"):
                CustomersClouds(state, Aws(Emulator(state).endpoint)).start()
            with tell.step("Synthesise the CDK app", "CDK アプリの合成"):
                assembly, _ = synthesis.result()
        return assembly

    def _open_front_door(self, api_id: str) -> Address:
        address = Address(self.port, Emulator(self.state).endpoint, api_id, STAGE)
        if self.front_door.pid() is not None and Address.read(self.state.address) == address:
            return address
        self.front_door.stop()
        address.write(self.state.address)
        self.front_door.start_module("local.front_door", str(self.state.address))
        deadline = time.monotonic() + FRONT_DOOR_WITHIN_S
        while not is_listening(address.port):
            self.front_door.require_running()
            if time.monotonic() > deadline:
                raise ChildDied(self.front_door.name, str(self.front_door.log))
            time.sleep(0.05)
        return address

    def _start_simulator(self) -> None:
        """Start it again when a device has got new credentials."""
        if self.simulator.pid() is not None:
            started = self.simulator.pid_file.stat().st_mtime
            if all(file.stat().st_mtime < started for file in self.state.devices.glob("*.json")):
                return
        self.simulator.stop()
        self.simulator.start_module("local.simulator", "--credentials", str(self.state.devices))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one `up` or `down` at a time work on this state directory."""
        with (self.state.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _told(ports: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {port}" for name, port in ports.items())


def logins_of(state: State) -> dict[str, Any]:
    """The remembered logins and their password; NotRunning before the first `up`."""
    if not state.logins.exists():
        raise NotRunning
    logins: dict[str, Any] = json.loads(state.logins.read_text(encoding="utf-8"))
    return logins
