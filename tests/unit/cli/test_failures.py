"""Whatever answers, or does not, is told in a sentence with its exit code."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

import pytest

from cli import client
from tests.in_process import Answer, Gateway, serving
from tests.unit.cli.conftest import ADMIN, PASSWORD, Terminal, World

LOGIN = ("login", "-u", ADMIN, "-p", PASSWORD)


class Stranger(Gateway):
    """Something else that answers: the same whatever is asked."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.status, self.body = status, body

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
        return self.status, [("Content-Type", "text/html")], self.body


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("command", [LOGIN, ("status",)])
def test_where_no_server_answers_the_sentence_says_what_to_do(makoto: Terminal, command: tuple[str, ...]) -> None:
    url = f"http://127.0.0.1:{closed_port()}"

    said = makoto(*command, "--url", url)

    assert (said.code, said.out) == (3, "")
    assert said.err.startswith(f"No Makoto answers at {url}. Start it with `make up`")


def test_a_server_that_dies_later_is_told_too(makoto: Terminal) -> None:
    makoto.sign_in(ADMIN)
    file = makoto.home / "session.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"url": f"http://127.0.0.1:{closed_port()}"}))

    assert makoto("devices", "list").code == 3
    assert makoto("logout").code == 3
    assert file.exists()


def test_a_server_that_never_answers_is_given_up_on(makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.ApiClient.answer, "__kwdefaults__", {"timeout_s": 0.05})
    with silent() as url:
        said = makoto(*LOGIN, "--url", url)

    assert said.code == 3
    assert "did not answer in time" in said.err


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080",
        "ftp://example.com",
        "http://",
        "http://[",
        "not a url",
        "http://127.0.0.1:notaport",
        "http://a\x00b",
    ],
)
def test_an_address_that_is_none_is_a_sentence(makoto: Terminal, url: str) -> None:
    for command in (LOGIN, ("status",)):
        said = makoto(*command, "--url", url)
        assert said.code in {1, 3}
        assert said.out == ""
        assert said.err


@pytest.mark.parametrize("body", [b"<html>router</html>", b"", b"[]", b"{}", b'"x"', b"\xff"])
def test_something_else_that_answers_is_not_taken_for_makoto(makoto: Terminal, body: bytes) -> None:
    with serving(Stranger(200, body)) as url:
        for command in (LOGIN, ("status",)):
            said = makoto(*command, "--url", url)
            assert said.code == 1
            assert "is not Makoto" in said.err


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"[/red] oops"), (502, b""), (400, b"[]"), (429, b'{"detail": "[/] wait"}'), (302, b""), (404, b"\xff")],
)
def test_an_answer_that_is_no_problem_document_is_told_as_it_is(makoto: Terminal, status: int, body: bytes) -> None:
    with serving(Stranger(status, body)) as url:
        said = makoto(*LOGIN, "--url", url)

    assert said.code == 1
    assert said.err


def test_text_that_cannot_be_sent_is_a_sentence(makoto: Terminal) -> None:
    said = makoto("login", "-u", "\udc80", "-p", PASSWORD, "--url", makoto.url)

    assert said.code == 1
    assert "cannot be sent" in said.err


@pytest.mark.parametrize("broken", ["home-is-a-file", "home-is-read-only"])
def test_a_home_that_cannot_be_written_is_a_sentence(makoto: Terminal, broken: str) -> None:
    if broken == "home-is-a-file":
        makoto.home.write_text("")
    else:
        makoto.home.symlink_to("/proc")

    said = makoto(*LOGIN, "--url", makoto.url)

    assert said.code == 1
    assert str(makoto.home) in said.err


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("nonsense",),
        ("devices",),
        ("devices", "register"),
        ("devices", "list", "--limit", "0"),
        ("devices", "list", "--limit", "ten"),
        ("telemetry", "history", "--device", "edge-07"),
        ("telemetry", "import", "no-such.csv", "--device", "edge-07"),
        ("telemetry", "export", "--device", "edge-07", "--out", "data.xlsx"),
        ("telemetry", "export", "--device", "edge-07", "--out", "no/folder.csv"),
        ("simulate", "--credentials", "no-such-folder"),
    ],
)
def test_a_command_that_is_not_understood_is_exit_code_2(
    makoto: Terminal, world: World, command: tuple[str, ...]
) -> None:
    served = len(world.gateway.served)

    assert makoto(*command).code == 2
    assert len(world.gateway.served) == served


@pytest.mark.parametrize(
    "when", ["yesterday", "2026-11-20T09:00", "99999999999d", "999999999d", "-1h", "2026-13-01T00:00Z", "", "２h!"]
)
def test_a_time_without_a_zone_or_meaning_is_exit_code_2(makoto: Terminal, when: str) -> None:
    said = makoto("telemetry", "history", "--device", "edge-07", "--metric", "m", f"--from={when}")

    assert said.code == 2
    assert "Not a time" in said.err
