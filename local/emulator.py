"""MiniStack playing AWS on loopback: its state is saved when it stops and is there again when it starts."""

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.child import Child
from local.errors import ChildDied
from local.servers.tls import Authority
from local.settings import HOST, PLATFORM_ACCOUNT, REGION
from local.state import State

READY_WITHIN_S = 60.0
CHECKPOINT_SIGNAL = signal.SIGUSR1
CHECKPOINT_MARK = "saved"  # touched after each save
CHECKPOINT_WITHIN_S = 10.0
RETRY_WAIT_SHARE = "0.1"  # MiniStack knows neither MaxDelaySeconds nor jitter: eight retries would wait four minutes
STOP_WITHIN_S = 60.0  # saving a large state takes time, and killing it would lose that state


@dataclass(frozen=True)
class Emulator:
    """Starts and stops the AWS emulator with authorisation and persistence on."""

    state: State

    @property
    def child(self) -> Child:
        return Child("emulator", self.state)

    @property
    def port(self) -> int:
        return self.state.remembered().emulator_port

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def temporary(self) -> Path:
        return self.state.emulator / "tmp"

    def start(self) -> None:
        if self.child.pid() is not None:
            return
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        self.child.start_module("local.emulator_process", **self._variables())
        self._wait_until_ready()

    def stop(self) -> None:
        self.child.stop(STOP_WITHIN_S)

    def checkpoint(self) -> None:
        """Have the state saved and wait for it, so that a crash loses nothing up to here."""
        pid, before = self.child.pid(), self._saved_at_ns()
        if pid is None:
            return
        os.kill(pid, CHECKPOINT_SIGNAL)
        deadline = time.monotonic() + CHECKPOINT_WITHIN_S
        while self._saved_at_ns() == before and time.monotonic() < deadline:
            time.sleep(0.05)

    def _saved_at_ns(self) -> int:
        mark = self.state.emulator / "state" / CHECKPOINT_MARK
        return mark.stat().st_mtime_ns if mark.exists() else 0

    def _variables(self) -> dict[str, str]:
        """Everything here is inherited by the Lambda workers too: that is how they find the endpoint and our .venv."""
        return {
            "AUTH": "true",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": PLATFORM_ACCOUNT,
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "IOT_MTLS_ENABLED": "1",
            "IOT_MTLS_PORT": str(self.state.remembered().mqtt_port),
            "SFN_WAIT_SCALE": RETRY_WAIT_SHARE,
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state.emulator / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state.emulator / "s3"),
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_WARM_TTL_SECONDS": "30",
            "LOG_LEVEL": "WARNING",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "MAKOTO_EMULATOR_MQTT_PORT": str(self.state.remembered().mqtt_port),
            "MAKOTO_TRUSTED_CA_PATH": str(Authority.in_folder(self.state.authority).ca_path),
            "TMPDIR": str(self.temporary),
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            self.child.require_running()
            if self.is_ready():
                return
            time.sleep(0.1)
        raise ChildDied("emulator", str(self.child.log))

    def is_ready(self) -> bool:
        """Whether the emulator answers, its MQTT listener included."""
        try:
            answer = httpx.get(f"{self.endpoint}/_ministack/ready", timeout=5.0)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK
