"""The command line at a terminal of its own, against the API in this process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.main import get_command
from typer.testing import CliRunner

from cli.commands import onboarding
from cli.main import app
from functions.identity import claims
from functions.tenants import tasks
from functions.tenants.model import STEPS
from makoto.adapters.clouds.memory import fleet as memory_fleet
from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.adapters.clouds.memory.identity import MemoryIdentity
from makoto.adapters.clouds.memory.signing import process_signer
from makoto.adapters.clouds.memory.workflows import MemoryWorkflows
from makoto.domain import PLATFORM_TENANT_ID, Role
from makoto.domain.membership import Membership
from makoto.ports.identity import NewUser
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record
from tests.in_process import Gateway, serving

PASSWORD = "Correct-horse-9"
command_of = cache(get_command)
"""The tree of all commands, made once: a process of the real command line makes it once, too."""

OPERATOR, ADMIN, VIEWER = "operator@example.com", "hanako@example.com", "viewer@example.com"


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    out: str
    err: str
    code: int


@dataclass
class World:
    """A server with its people and tenants."""

    url: str
    gateway: Gateway
    platform: Platform
    identity: MemoryIdentity
    clock: FixedClock

    def invite(self, email: str, role: Role = Role.TENANT_ADMIN, tenant_id: str = TENANT) -> None:
        """Invite somebody who has not chosen a password yet."""
        self.identity.ensure_group(tenant_id, tenant_id)
        user = self.identity.create_user(
            NewUser(email=email, tenant_id=tenant_id, role=role, temporary_password=SecretStr(PASSWORD))
        )
        membership = Membership(username=user.username, tenant_id=tenant_id, role=role)
        self.platform.configuration.save_membership(membership)

    def settle(self, email: str) -> None:
        """The invited person has a password of his own."""
        self.identity._known(email).must_change_password = False


@dataclass
class Terminal:
    """Somebody's terminal, with a home folder of its own."""

    url: str
    home: Path
    monkeypatch: pytest.MonkeyPatch
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, typed: str | None = None) -> Said:
        """Run one command; whatever was asked, it never ends in a traceback."""
        environment = {"MAKOTO_HOME": str(self.home), "MAKOTO_LANG": "en", **self.environment}
        result = CliRunner().invoke(app, list(words), input=typed, env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Said(result.stdout, result.stderr, result.exit_code)

    def sign_in(self, email: str) -> None:
        said = self("login", "-u", email, "-p", PASSWORD, "--url", self.url)
        assert said.code == 0, said


class StateMachine:
    """Runs one step of each started onboarding a request, as Step Functions does beside the API."""

    def __init__(self, workflows: MemoryWorkflows) -> None:
        self.workflows = workflows
        self.is_running = True
        self._next: dict[str, int] = {}

    def advance(self, method: str, path: str) -> None:
        for (_, execution), command in self.workflows.started.items():
            step = self._next.get(execution, 0)
            if self.is_running and method == "GET" and step < len(STEPS):
                self._next[execution] = step + 1
                self._run(STEPS[step], command["tenant_id"])

    def fail(self, error: str = "Unavailable") -> None:
        """The next execution fails and is rolled back."""
        for (_, execution), command in self.workflows.started.items():
            self._next[execution] = len(STEPS)
            self._run("begin_roll_back", command["tenant_id"], error=error)
            for step in ("undo_write_configuration", "undo_provision_stores", "undo_create_identity"):
                self._run(step, command["tenant_id"])
            self._run("finish_roll_back", command["tenant_id"])

    def _run(self, task: str, tenant_id: str, **more: str) -> None:
        given = {"tenant_id": tenant_id, "correlation_id": "request-1", **more}
        tasks.handler({"task": task, "input": given}, lambda_context())


@pytest.fixture(autouse=True)
def _commands_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.testing._get_command", command_of)


@pytest.fixture
def world(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    memory_fleet.connect.cache_clear()
    clock = FixedClock()
    platform.__dict__["clock"] = clock
    settings = platform.settings
    identity = MemoryIdentity(
        clock,
        process_signer(),
        region=settings.region,
        pool_id=settings.user_pool_id,
        client_id=settings.user_pool_client_id,
    )
    identity.pre_token_generation = lambda event: claims.handler(event, lambda_context())
    connect = lru_cache(platform.adapter)
    monkeypatch.setattr(platform, "adapter", lambda port: identity if port == "identity" else connect(port))
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
    gateway = Gateway()
    with serving(gateway) as url:
        made = World(url, gateway, platform, identity, clock)
        for email, role, tenant_id in (
            (OPERATOR, Role.PLATFORM_ADMIN, PLATFORM_TENANT_ID),
            (ADMIN, Role.TENANT_ADMIN, TENANT),
            (VIEWER, Role.VIEWER, TENANT),
        ):
            made.invite(email, role, tenant_id)
            made.settle(email)
        yield made
    memory_fleet.connect.cache_clear()


@pytest.fixture
def makoto(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("MAKOTO_URL", "MAKOTO_PASSWORD", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(onboarding, "POLL_S", 0)
    return Terminal(world.url, tmp_path / "home", monkeypatch)


@pytest.fixture
def state_machine(world: World) -> StateMachine:
    machine = StateMachine(world.platform.adapter("workflows"))
    world.gateway.before = machine.advance
    return machine
