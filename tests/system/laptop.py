"""A whole laptop cloud for tests: its own state directory, its own ports, no simulator."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local.api_client import ApiClient
from local.aws import Aws
from local.cast import ADMINISTRATOR, TENANTS
from local.emulator import Emulator
from local.people import People
from local.settings import HOST, REPOSITORY, child_environment
from local.state import State, free_ports
from makoto.domain.membership import Membership
from makoto.domain.principal import Role

UP_WITHIN_S = 300
MACHINING, FOOD = (tenant.organization for tenant in TENANTS)


@dataclass(frozen=True)
class LaptopCloud:
    """What a system test needs of a running laptop cloud."""

    state: State
    base_url: str
    clients: ExitStack
    """Closed when the laptop cloud goes down."""
    signed_in: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def aws(self) -> Aws:
        """The platform account as its root user, to look behind the API."""
        return Aws(Emulator(self.state).endpoint)

    @property
    def tenant_ids(self) -> dict[str, str]:
        """The demo tenants' ids by organization."""
        logins = json.loads(self.state.logins.read_text(encoding="utf-8"))["logins"]
        by_login = {login: tenant_id for tenant_id, login in logins.items()}
        return {tenant.organization: by_login[tenant.administrator] for tenant in TENANTS}

    def credentials(self, organization: str, device_id: str) -> Path:
        """The file with a demo device's certificate, key, endpoint and topic."""
        return self.state.devices / f"{self.tenant_ids[organization]}_{device_id}.json"

    def platform_client(self) -> httpx.Client:
        """The API as the platform administrator."""
        return self._signed_in(ADMINISTRATOR)

    def client(self, organization: str, role: str = "tenant_admin") -> httpx.Client:
        """The API as somebody of a demo tenant; a colleague of another role than the administrator's is made first."""
        if role == "tenant_admin":
            (username,) = (tenant.administrator for tenant in TENANTS if tenant.organization == organization)
        else:
            username = f"{role}@{organization}.example"
            self._employ(Membership(username=username, tenant_id=self.tenant_ids[organization], role=Role(role)))
        return self._signed_in(username)

    def anonymous_client(self) -> httpx.Client:
        return self.clients.enter_context(httpx.Client(base_url=self.base_url, timeout=60))

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `python -m local …` on this laptop cloud."""
        return _run(self.state.root, self.base_url.rpartition(":")[2], *arguments, check=check)

    def _signed_in(self, username: str) -> httpx.Client:
        if username not in self.signed_in:
            api = ApiClient.sign_in(self.base_url, username, self.state.remembered().demo_password)
            api.http.headers.update(api.headers)
            self.clients.callback(api.http.close)
            self.signed_in[username] = api.http
        return self.signed_in[username]

    def _employ(self, person: Membership) -> None:
        (pool,) = self.aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]
        People(self.aws, pool["Id"], self.base_url).ensure(person, self.state.remembered().demo_password)


@contextmanager
def running_laptop(root: Path) -> Iterator[LaptopCloud]:
    """Start a laptop cloud in `root` and take it down again, whatever happens between."""
    (port,) = free_ports(1)
    try:
        _run(root, str(port), "up", check=True)
        with ExitStack() as clients:
            yield LaptopCloud(State(root), f"http://{HOST}:{port}", clients)
    finally:
        _run(root, str(port), "down", "--wipe", check=False)


def _run(root: Path, port: str, *arguments: str, check: bool) -> subprocess.CompletedProcess[str]:
    variables = {"MAKOTO_STATE_DIR": str(root), "MAKOTO_PORT": port, "MAKOTO_SIMULATE": "0"}
    environment = child_environment(**variables)
    command = [sys.executable, "-m", "local", *arguments]
    answer = subprocess.run(
        command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=UP_WITHIN_S, check=False
    )
    if check and answer.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed:\n{answer.stdout}\n{answer.stderr}")
    return answer
