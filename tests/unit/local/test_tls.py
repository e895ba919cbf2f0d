"""The laptop's own certificate authority."""

import ssl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from local.servers.tls import Authority


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def served(authority: Authority) -> HTTPServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server_certificate())
    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def trusting(authority: Authority) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.ca_path))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def test_who_trusts_the_authority_trusts_its_server_by_both_names(tmp_path: Path) -> None:
    authority = Authority.in_folder(tmp_path / "tls")
    server = served(authority)
    try:
        for host in ("localhost", "127.0.0.1"):
            with urlopen(f"https://{host}:{server.server_port}/", context=trusting(authority)) as answer:
                assert answer.status == 204
    finally:
        server.shutdown()
        server.server_close()


def test_who_trusts_another_authority_does_not(tmp_path: Path) -> None:
    server = served(Authority.in_folder(tmp_path / "one"))
    try:
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urlopen(
                f"https://localhost:{server.server_port}/", context=trusting(Authority.in_folder(tmp_path / "other"))
            )
    finally:
        server.shutdown()
        server.server_close()


def test_what_is_there_is_kept_even_when_two_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: _contents(tmp_path), range(4)))

    assert len(set(made)) == 1


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    authority = Authority.in_folder(tmp_path)

    for key in (authority.server_certificate()[1], tmp_path / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def _contents(folder: Path) -> tuple[bytes, bytes]:
    authority = Authority.in_folder(folder)
    return authority.ca_path.read_bytes(), authority.server_certificate()[0].read_bytes()
