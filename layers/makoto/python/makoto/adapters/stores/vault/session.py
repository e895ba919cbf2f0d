"""A login at one Vault, renewed ahead of its end."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.vault.errors import VaultElsewhere, translated
from makoto.domain.clouds.stores import VaultMount
from makoto.ports.clock import Clock
from makoto.ports.connection import CredentialsRefused
from makoto.ports.key_ring import KeysMissing

if TYPE_CHECKING:
    import requests

    from makoto.adapters.clouds import Network

TIMEOUT_S = (2, 10)  # to connect, to answer
RENEW_AT = 2 / 3  # of a login's life, as Vault's own agent does


@dataclass(frozen=True, slots=True)
class _Login:
    renew_at: datetime | None
    ends_at: datetime | None
    is_renewable: bool


@dataclass(slots=True)
class VaultSession:
    """One login, by token or by AppRole; any number of threads."""

    client: Any = field(repr=False)  # hvac names no types
    keys: Mapping[str, str] = field(repr=False)
    clock: Clock
    _login: _Login | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ready(self) -> Any:
        """Return the client with a login that holds; CredentialsRefused."""
        with self._lock:
            login, now = self._login, self.clock.now()
            if login is None:
                self._login = self._logged_in()
            elif login.renew_at is not None and now >= login.renew_at:
                self._login = self._renewed(login)
        return self.client

    def is_proven(self) -> bool:
        """Ask whether the token itself still holds."""
        from hvac.exceptions import Forbidden, Unauthorized

        try:
            self.client.auth.token.lookup_self()
        except (Forbidden, Unauthorized):
            return False
        return True

    def close(self) -> None:
        """Close the connections; the login ends by itself."""
        self.client.adapter.close()

    def _logged_in(self) -> _Login:
        with translated():
            if "token" in self.keys:
                self.client.token = self.keys["token"]
                return self._from(self.client.auth.token.lookup_self()["data"], "ttl")
            answer = self._approle()
        return self._from(answer["auth"], "lease_duration")

    def _approle(self) -> Any:
        from hvac.exceptions import InvalidRequest

        self.client.token = ""
        try:
            return self.client.auth.approle.login(role_id=self.keys["role_id"], secret_id=self.keys["secret_id"])
        except InvalidRequest as error:  # Vault's answer to a wrong or used-up secret id
            raise CredentialsRefused("the tenant's Vault does not accept the credentials") from error

    def _renewed(self, login: _Login) -> _Login:
        """Make the login last longer, or log in anew; one that a renewal prolongs no more is near its longest life."""
        if not login.is_renewable:
            return self._logged_in()
        with translated(is_proven=lambda: True):
            renewed = self._from(self.client.auth.token.renew_self()["auth"], "lease_duration")
        is_longer = login.ends_at is None or renewed.ends_at is None or renewed.ends_at > login.ends_at
        return renewed if is_longer or "token" in self.keys else self._logged_in()

    def _from(self, told: Mapping[str, Any], life: str) -> _Login:
        life_s, now = int(told[life]), self.clock.now()
        if life_s == 0:
            return _Login(None, None, is_renewable=False)
        is_renewable = bool(told["renewable"]) or "token" not in self.keys
        ends_at = now + timedelta(seconds=life_s)
        renew_at = now + timedelta(seconds=life_s * RENEW_AT) if is_renewable else None
        return _Login(renew_at, ends_at, bool(told["renewable"]))


def open_session(vault: VaultMount, keys: Mapping[str, str], network: "Network", clock: Clock) -> VaultSession:
    """Make a session; nothing is asked before its first use, and nothing is taken from the environment.

    `keys`: `token`, or `role_id` and `secret_id`; KeysMissing.
    """
    import hvac
    import requests

    if not ("token" in keys or {"role_id", "secret_id"} <= keys.keys()):
        raise KeysMissing("a Vault needs a token, or a role id and a secret id")
    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc, no other authorities
    session.verify = network.ca_path or True
    session.hooks["response"].append(_refuse_redirects)
    client = hvac.Client(
        url=vault.endpoint.rstrip("/"),
        token="",
        verify=session.verify,
        timeout=TIMEOUT_S,
        allow_redirects=False,
        session=session,
        namespace=vault.namespace,
    )
    return VaultSession(client, keys, clock)


def _refuse_redirects(answer: "requests.Response", **_: object) -> None:
    if answer.is_redirect:
        raise VaultElsewhere("the tenant's Vault answers with a redirect: name its active node or its cluster")
