"""A whole laptop cloud for tests: its own state directory, its own ports, no simulator."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from tests.system.company import Company, eventually

UP_WITHIN_S = 300
MACHINING, FOOD, PARTS = (tenant.organization for tenant in TENANTS)


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
            person = Membership(username=username, tenant_id=self.tenant_ids[organization], role=Role(role))
            self.people.ensure(person, self.password)
        return self._signed_in(username)

    def company(self, organization: str) -> Company:
        """A demo tenant, whose stores are in an account of its own."""
        (username,) = (tenant.administrator for tenant in TENANTS if tenant.organization == organization)
        return Company(self.tenant_ids[organization], self.client(organization), username)

    def onboard(self, organization: str, **wish: Any) -> Company:
        """A new tenant, whose stores are in the platform's account."""
        username = f"admin@{organization}.example"
        platform = self.platform_client()
        administrator = {"email": username, "name": "Administrator"}
        order = {"name": organization, "organization": organization, "administrator": administrator}
        answer = platform.post(
            "/api/v1/admin/tenants",
            json=order | {"cloud": {"mode": "hosted"}} | wish,
            headers={"Idempotency-Key": organization},
        )
        assert answer.status_code == 202, answer.text
        tenant = eventually(
            lambda: platform.get(answer.headers["location"]).json(), lambda each: each["status"] != "onboarding"
        )
        assert tenant["status"] == "active", tenant
        self.people.settle_password(username, self.password)
        return Company(tenant["tenant_id"], self._signed_in(username), username)

    @property
    def password(self) -> str:
        """Everybody's."""
        return self.state.remembered().demo_password

    @property
    def people(self) -> People:
        """The user pool, as the operator reaches it."""
        (pool,) = self.aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]
        return People(self.aws, pool["Id"], self.base_url)

    def makoto(self, *arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line on this laptop cloud, with `home` as its folder and working directory."""
        program = str(Path(sys.executable).parent / "makoto")
        environment = child_environment(
            **self._variables(), MAKOTO_HOME=str(home), MAKOTO_URL=self.base_url, MAKOTO_LANG="en", COLUMNS="200"
        )
        return _ran([program, *arguments], environment, home, check=check)

    def anonymous_client(self) -> httpx.Client:
        return self.clients.enter_context(httpx.Client(base_url=self.base_url, timeout=60))

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `python -m local …` on this laptop cloud."""
        return _run(self._variables(), *arguments, check=check)

    def _variables(self) -> dict[str, str]:
        return _variables(self.state.root, self.base_url.rpartition(":")[2])

    def _signed_in(self, username: str) -> httpx.Client:
        if username not in self.signed_in:
            api = ApiClient.sign_in(self.base_url, username, self.password)
            api.http.headers.update(api.headers)
            self.clients.callback(api.http.close)
            self.signed_in[username] = api.http
        return self.signed_in[username]


@contextmanager
def running_laptop(root: Path) -> Iterator[LaptopCloud]:
    """Start a laptop cloud in `root` and take it down again, whatever happens between."""
    (port,) = free_ports(1)
    variables = _variables(root, str(port))
    try:
        _run(variables, "up", check=True)
        with ExitStack() as clients:
            yield LaptopCloud(State(root), f"http://{HOST}:{port}", clients)
    finally:
        _run(variables, "down", "--wipe", check=False)


def _variables(root: Path, port: str) -> dict[str, str]:
    return {"MAKOTO_STATE_DIR": str(root), "MAKOTO_PORT": port, "MAKOTO_SIMULATE": "0"}


def _run(variables: dict[str, str], *arguments: str, check: bool) -> subprocess.CompletedProcess[str]:
    return _ran([sys.executable, "-m", "local", *arguments], child_environment(**variables), REPOSITORY, check=check)


def _ran(
    command: list[str], environment: dict[str, str], folder: Path, *, check: bool
) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=UP_WITHIN_S, check=False
    )
    if check and answer.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed:\n{answer.stdout}\n{answer.stderr}")
    return answer
