"""Who may do what at the stand-in for Vault: tokens, AppRoles and policies."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OPEN = frozenset({"auth/approle/login"})
OWN = ("auth/token/lookup-self", "auth/token/renew-self", "auth/token/revoke-self")
"""What Vault's policy `default` grants to every token."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(status, *errors)
        self.status = status
        self.errors = errors


@dataclass
class Token:
    """A login; `ends_at` is None for one that lives for ever."""

    policies: Sequence[str]
    ttl_s: int
    ends_at: float | None
    longest_until: float | None
    renewable: bool


class Logins:
    """Kept in a file, but for the root token."""

    def __init__(self, file: Path, root: str) -> None:
        self._file = file
        kept = json.loads(file.read_text()) if file.exists() else {"policies": {}, "roles": {}, "tokens": {}}
        self._policies: dict[str, list[str]] = kept["policies"]
        self._roles: dict[str, dict[str, Any]] = kept["roles"]
        self._tokens = {name: Token(**token) for name, token in kept["tokens"].items()}
        self._tokens[root] = Token(["root"], 0, None, None, renewable=False)
        self._root = root

    def allowed(self, name: str, path: str) -> Token | None:
        """Return the token if it holds and its policies grant the path."""
        if path in OPEN:
            return None
        token = self._tokens.get(name)
        if token is None or (token.ends_at is not None and token.ends_at <= time.time()):
            raise Refused(403, "permission denied", "invalid token")
        granted = [path for policy in token.policies for path in self._policies.get(policy, ())]
        if "root" not in token.policies and not any(_matches(each, path) for each in (*OWN, *granted)):
            raise Refused(403, "1 error occurred:\n\t* permission denied\n\n")
        return token

    def by_role(self, role_id: str, secret_id: str) -> dict[str, Any]:
        role = next((each for each in self._roles.values() if each["role_id"] == role_id), None)
        if role is None or secret_id not in role["secret_ids"]:
            raise Refused(400, "invalid role or secret ID")
        return {"auth": self._new(role["policies"], role["ttl_s"], role["longest_s"], renewable=True)}

    def made(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        ttl_s = _seconds(asked.get("ttl", 0))
        longest_s = _seconds(asked.get("explicit_max_ttl", 0))
        return self._new(asked.get("policies", []), ttl_s, longest_s, renewable=asked.get("renewable", True))

    def told(self, token: Token | None) -> dict[str, Any]:
        assert token is not None
        left_s = 0 if token.ends_at is None else int(token.ends_at - time.time())
        return {"ttl": left_s, "renewable": token.renewable, "policies": list(token.policies)}

    def renewed(self, token: Token | None) -> dict[str, Any]:
        assert token is not None
        if not token.renewable:
            raise Refused(400, "lease is not renewable")
        token.ends_at = min(time.time() + token.ttl_s, token.longest_until or float("inf"))
        self._save()
        return {"lease_duration": int(token.ends_at - time.time() + 0.5), "renewable": True}

    def revoke(self, name: str) -> None:
        self._tokens.pop(name, None)
        self._save()

    def put_policy(self, name: str, paths: list[str]) -> None:
        self._policies[name] = paths
        self._save()

    def put_role(self, name: str, asked: Mapping[str, Any]) -> None:
        known = self._roles.get(name, {"role_id": secrets.token_hex(16), "secret_ids": []})
        policies = asked["token_policies"]
        self._roles[name] = {
            **known,
            "policies": policies.split(",") if isinstance(policies, str) else policies,
            "ttl_s": _seconds(asked.get("token_ttl", 1200)),
            "longest_s": _seconds(asked.get("token_max_ttl", 0)),
        }
        self._save()

    def role(self, name: str) -> dict[str, Any]:
        if name not in self._roles:
            raise Refused(404)
        return self._roles[name]

    def new_secret_id(self, name: str) -> str:
        made = secrets.token_hex(16)
        self.role(name)["secret_ids"].append(made)
        self._save()
        return made

    def _new(self, policies: Sequence[str], ttl_s: int, longest_s: int, *, renewable: bool) -> dict[str, Any]:
        now, name = time.time(), "hvs." + secrets.token_hex(16)
        self._tokens[name] = Token(
            policies, ttl_s, now + ttl_s if ttl_s else None, now + longest_s if longest_s else None, renewable
        )
        self._save()
        return {"client_token": name, "lease_duration": ttl_s, "renewable": renewable, "policies": list(policies)}

    def _save(self) -> None:
        tokens = {name: asdict(token) for name, token in self._tokens.items() if name != self._root}
        self._file.write_text(json.dumps({"policies": self._policies, "roles": self._roles, "tokens": tokens}))


def _matches(granted: str, path: str) -> bool:
    return path.startswith(granted[:-1]) if granted.endswith("*") else path == granted


def _seconds(told: int | str) -> int:
    text = str(told)
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]] if text[-1:] in "smh" and text else int(text)
