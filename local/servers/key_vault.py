"""Stands in for one Azure Key Vault: the challenge, versions of secrets, soft delete, recovery and purge.

Its secrets are in `vault.json` of its folder. `denied.json` there maps an application to the acts it may not do.
"""

import argparse
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.servers.https import serve
from local.servers.tls import Authority

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

RESOURCE = "https://vault.azure.net"
MAX_VALUE_BYTES = 25_600


class VaultRefusal(Exception):
    """An answer that is an error; `inner` is Key Vault's second, closer code."""

    def __init__(self, status: int, code: str, inner: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.inner = inner


@dataclass
class KeyVault:
    """One vault. `entra` is the address of its token issuer, `settle_s` how long a deletion and a purge take."""

    folder: Path
    entra: str
    ca_path: Path
    directory_id: str = "common"
    settle_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _keys: Any = None

    def app(self) -> "Starlette":
        from starlette.applications import Starlette
        from starlette.routing import Route

        def route(path: str, act: Callable[..., Any], method: str, name: str) -> Route:
            async def answer(request: "Request") -> "Response":
                return await self._answered(request, act, name)

            return Route(path, answer, methods=[method])

        return Starlette(
            routes=[
                route("/secrets", self.list_, "GET", "list"),
                route("/secrets/{name}", self.set_, "PUT", "set"),
                route("/secrets/{name}", self.get, "GET", "get"),
                route("/secrets/{name}", self.delete, "DELETE", "delete"),
                route("/secrets/{name}/versions", self.versions, "GET", "list"),
                route("/secrets/{name}/{version}", self.get, "GET", "get"),
                route("/deletedsecrets", self.list_deleted, "GET", "list"),
                route("/deletedsecrets/{name}", self.get_deleted, "GET", "get"),
                route("/deletedsecrets/{name}", self.purge, "DELETE", "purge"),
                route("/deletedsecrets/{name}/recover", self.recover, "POST", "recover"),
            ]
        )

    async def _answered(self, request: "Request", act: Callable[..., Any], name: str) -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse, Response

        body = await request.body()
        try:
            await run_in_threadpool(self._authorise, request.headers.get("Authorization", ""), name)
            sent = {"body": json.loads(body)} if body else {}
            with self._lock:
                found = act(base=f"https://{request.url.netloc}", **request.path_params, **sent)
        except VaultRefusal as refusal:
            told = {"error": {"code": refusal.code, "message": refusal.code, "innererror": {"code": refusal.inner}}}
            return JSONResponse(told, refusal.status, headers=self._challenge() if refusal.status == 401 else None)
        return JSONResponse(found) if found is not None else Response(status_code=204)

    def set_(self, base: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        kept = self._read()
        self._require_free(kept, name)
        if len(body["value"].encode()) > MAX_VALUE_BYTES:
            raise VaultRefusal(400, "BadParameter")
        version = {
            "id": secrets.token_hex(16),
            "value": body["value"],
            "tags": body.get("tags") or {},
            "content_type": body.get("contentType"),
            "created": int(time.time()),
        }
        kept["secrets"].setdefault(name, []).append(version)
        self._write(kept)
        return _bundle(base, name, version)

    def get(self, base: str, name: str, version: str = "") -> dict[str, Any]:
        versions = self._versions(name)
        found = next((each for each in reversed(versions) if version in ("", each["id"])), None)
        if found is not None:
            return _bundle(base, name, found)
        raise VaultRefusal(404, "SecretNotFound")

    def versions(self, base: str, name: str) -> dict[str, Any]:
        return _listed(_item(_bundle(base, name, each)) for each in self._versions(name))

    def list_(self, base: str) -> dict[str, Any]:
        return _listed(_item(_bundle(base, name, of[-1]), name) for name, of in self._read()["secrets"].items())

    def delete(self, base: str, name: str) -> dict[str, Any]:
        kept, versions = self._read(), self._versions(name)
        del kept["secrets"][name]
        kept["deleted"][name] = {"versions": versions, "settled_at": time.time() + self.settle_s}
        self._write(kept)
        return _deleted(base, name, versions[-1])

    def get_deleted(self, base: str, name: str) -> dict[str, Any]:
        return _deleted(base, name, self._deleted(name)["versions"][-1])

    def list_deleted(self, base: str) -> dict[str, Any]:
        return _listed(_deleted(base, name, of["versions"][-1]) for name, of in self._read()["deleted"].items())

    def purge(self, base: str, name: str) -> None:
        kept = self._read()
        self._deleted(name)
        del kept["deleted"][name]
        kept["purged"][name] = time.time() + self.settle_s
        self._write(kept)

    def recover(self, base: str, name: str) -> dict[str, Any]:
        kept, found = self._read(), self._deleted(name)
        del kept["deleted"][name]
        kept["secrets"][name] = found["versions"]
        self._write(kept)
        return _bundle(base, name, found["versions"][-1])

    def _versions(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] | None = self._read()["secrets"].get(name)
        if found is None:
            raise VaultRefusal(404, "SecretNotFound")
        return found

    def _deleted(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._read()["deleted"].get(name)
        if found is not None and found["settled_at"] <= time.time():
            return found
        raise VaultRefusal(404, "SecretNotFound")

    def _require_free(self, kept: dict[str, Any], name: str) -> None:
        deleted = kept["deleted"].get(name)
        if deleted is not None:
            is_settled = deleted["settled_at"] <= time.time()
            inner = "ObjectIsDeletedButRecoverable" if is_settled else "ObjectIsBeingDeleted"
            raise VaultRefusal(409, "Conflict", inner)
        if kept["purged"].get(name, 0) > time.time():
            raise VaultRefusal(409, "Conflict", "ObjectIsBeingDeleted")

    def _authorise(self, header: str, act: str) -> None:
        import jwt

        try:
            token = header.removeprefix("Bearer ")
            key = self._signing_keys().get_signing_key_from_jwt(token)
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=RESOURCE)
        except (jwt.InvalidTokenError, jwt.PyJWKClientError) as error:
            raise VaultRefusal(401, "Unauthorized") from error
        denied = self.folder / "denied.json"
        if denied.exists() and act in json.loads(denied.read_text(encoding="utf-8")).get(claims["appid"], []):
            raise VaultRefusal(403, "Forbidden", "AccessDenied")

    def _signing_keys(self) -> Any:  # a PyJWKClient, imported late
        if self._keys is None:
            import jwt

            trusted = ssl.create_default_context(cafile=str(self.ca_path))
            url = f"{self.entra}/{self.directory_id}/discovery/v2.0/keys"
            self._keys = jwt.PyJWKClient(url, ssl_context=trusted)
        return self._keys

    def _challenge(self) -> dict[str, str]:
        place = f"{self.entra}/{self.directory_id}"
        return {"WWW-Authenticate": f'Bearer authorization="{place}", resource="{RESOURCE}"'}

    def _read(self) -> dict[str, Any]:
        file = self.folder / "vault.json"
        if not file.exists():
            return {"secrets": {}, "deleted": {}, "purged": {}}
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return kept

    def _write(self, kept: dict[str, Any]) -> None:
        """Replace the state in one step."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / "vault.json.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(self.folder / "vault.json")


def _bundle(base: str, name: str, version: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{base}/secrets/{name}/{version['id']}",
        "value": version["value"],
        "contentType": version["content_type"],
        "tags": version["tags"],
        "attributes": {"enabled": True, "created": version["created"], "updated": version["created"]},
    }


def _item(bundle: dict[str, Any], name: str = "") -> dict[str, Any]:
    shown = {key: value for key, value in bundle.items() if key != "value"}
    return shown | ({"id": bundle["id"].rpartition("/")[0]} if name else {})


def _listed(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"value": list(items), "nextLink": None}


def _deleted(base: str, name: str, version: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return _item(_bundle(base, name, version)) | {
        "recoveryId": f"{base}/deletedsecrets/{name}",
        "deletedDate": now,
        "scheduledPurgeDate": now + 90 * 86_400,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the secrets")
    parser.add_argument("--tls", type=Path, required=True, help="folder of the certificate authority")
    parser.add_argument("--entra", required=True, help="address of the server that issues tokens")
    given = parser.parse_args()
    authority = Authority.in_folder(given.tls)
    serve(KeyVault(given.data, given.entra, authority.ca_path).app(), given.port, authority)


if __name__ == "__main__":
    main()
