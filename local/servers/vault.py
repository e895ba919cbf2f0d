"""Stands in for HashiCorp Vault: KV version 2, tokens, AppRole and policies over its HTTP API.

Its secrets are in `vault.json` of its folder. A policy grants paths (`*` at the end); capabilities are not told apart.
"""

import argparse
import json
import re
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from local.servers.tls import Authority
from local.servers.vault_logins import Logins, Refused, Token
from local.settings import HOST

Body = dict[str, Any]
Act = Callable[..., Body | None]


class VaultServer:
    """One Vault, unsealed at first; `root` is the token that may do everything."""

    def __init__(self, folder: Path, root: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "vault.json"
        self._kept: dict[str, Body] = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._lock = threading.RLock()
        self.logins = Logins(folder / "logins.json", root)
        self.is_sealed = False
        self.busy = 0
        """So many of the next requests are refused with 429."""

    def answer(self, method: str, path: str, token: str, body: Body) -> tuple[int, Body | None]:
        """Answer one request; the path begins after `/v1/`."""
        with self._lock:
            try:
                return self._answer(method, path, token, body)
            except Refused as refused:
                return refused.status, {"errors": list(refused.errors)}

    def _answer(self, method: str, path: str, token: str, body: Body) -> tuple[int, Body | None]:
        if path == "sys/health":
            return (503 if self.is_sealed else 200), {
                "initialized": True,
                "sealed": self.is_sealed,
                "version": "1.20.0",
            }
        if self.busy > 0:
            self.busy -= 1
            raise Refused(429, "request path rate limit quota exceeded")
        if self.is_sealed:
            raise Refused(503, "Vault is sealed")
        login = self.logins.allowed(token, path)
        for pattern, act in self.ROUTES:
            if found := re.fullmatch(pattern, f"{method} {path}"):
                told = act(self, login, body, **found.groupdict())
                return (204 if told is None else 200), told
        raise Refused(404, "no handler for route")

    def login(self, token: Token | None, body: Body) -> Body:
        return self.logins.by_role(str(body.get("role_id", "")), str(body.get("secret_id", "")))

    def lookup(self, token: Token | None, body: Body) -> Body:
        return {"data": self.logins.told(token)}

    def renew(self, token: Token | None, body: Body) -> Body:
        return {"auth": self.logins.renewed(token)}

    def make_token(self, token: Token | None, body: Body) -> Body:
        return {"auth": self.logins.made(body)}

    def revoke(self, token: Token | None, body: Body) -> None:
        self.logins.revoke(str(body["token"]))

    def put_policy(self, token: Token | None, body: Body, name: str) -> None:
        policy = json.loads(body["policy"])  # Vault takes JSON as well as its own language
        self.logins.put_policy(name, list(policy["path"]))

    def put_role(self, token: Token | None, body: Body, name: str) -> None:
        self.logins.put_role(name, body)

    def role_id(self, token: Token | None, body: Body, name: str) -> Body:
        return {"data": {"role_id": self.logins.role(name)["role_id"]}}

    def secret_id(self, token: Token | None, body: Body, name: str) -> Body:
        return {"data": {"secret_id": self.logins.new_secret_id(name)}}

    def mounts(self, token: Token | None, body: Body) -> Body:
        return {"data": {"secret/": {"type": "kv", "options": {"version": "2"}}}}

    def read(self, token: Token | None, body: Body, mount: str, name: str) -> Body:
        found = self._kept.get(f"{mount}/{name}")
        if found is None:
            raise Refused(404)
        return {"data": {"data": found["data"], "metadata": {"version": found["version"], "destroyed": False}}}

    def write(self, token: Token | None, body: Body, mount: str, name: str) -> Body:
        version = self._kept.get(f"{mount}/{name}", {}).get("version", 0)
        if body.get("options", {}).get("cas", version) != version:
            raise Refused(400, "check-and-set parameter did not match the current version")
        self._kept[f"{mount}/{name}"] = {"data": body["data"], "version": version + 1}
        self._save()
        return {"data": {"version": version + 1, "destroyed": False}}

    def remove(self, token: Token | None, body: Body, mount: str, name: str) -> None:
        self._kept.pop(f"{mount}/{name}", None)
        self._save()

    def _save(self) -> None:
        self._file.write_text(json.dumps(self._kept))

    ROUTES: ClassVar[list[tuple[str, Act]]] = [
        (r"(POST|PUT) auth/approle/login", login),
        (r"GET auth/token/lookup-self", lookup),
        (r"(POST|PUT) auth/token/renew-self", renew),
        (r"(POST|PUT) auth/token/create", make_token),
        (r"(POST|PUT) auth/token/revoke", revoke),
        (r"(POST|PUT) sys/(policy|policies/acl)/(?P<name>[^/]+)", put_policy),
        (r"(POST|PUT) auth/approle/role/(?P<name>[^/]+)", put_role),
        (r"GET auth/approle/role/(?P<name>[^/]+)/role-id", role_id),
        (r"(POST|PUT) auth/approle/role/(?P<name>[^/]+)/secret-id", secret_id),
        (r"GET sys/mounts", mounts),
        (r"GET (?P<mount>secret)/data/(?P<name>.+)", read),
        (r"(POST|PUT) (?P<mount>secret)/data/(?P<name>.+)", write),
        (r"DELETE (?P<mount>secret)/metadata/(?P<name>.+)", remove),
    ]


def _handler(vault: VaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet; in two, each answer waits 40 ms for an acknowledgement

        def _answered(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0].removeprefix("/v1/")
            token = self.headers.get("X-Vault-Token", "")
            status, told = vault.answer(self.command, path, token, json.loads(sent or b"{}"))
            body = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answered

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """Say nothing: paths name secrets."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that breaks off, as one that does not trust the certificate."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # a socket, as the base class wants


def bound(vault: VaultServer, port: int, authority: Authority | None = None) -> ThreadingHTTPServer:
    """Take the port (0 for a free one), with TLS where there is an authority."""
    server = _Server((HOST, port), _handler(vault))
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.server_certificate())
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


@contextmanager
def served(vault: VaultServer, authority: Authority | None = None) -> Iterator[str]:
    """Serve in a thread on a free port and give the address."""
    server = bound(vault, 0, authority)
    thread = threading.Thread(target=server.serve_forever, daemon=True, args=(0.05,))
    thread.start()
    try:
        yield f"http{'s' if authority else ''}://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the secrets")
    parser.add_argument("--root-token", required=True)
    parser.add_argument("--tls", type=Path, help="folder of the certificate authority; plain http without it")
    given = parser.parse_args()
    authority = Authority.in_folder(given.tls) if given.tls else None
    bound(VaultServer(given.data, given.root_token), given.port, authority).serve_forever()


if __name__ == "__main__":
    main()
