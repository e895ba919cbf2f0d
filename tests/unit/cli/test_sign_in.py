"""`makoto login`, `logout`, `whoami` and the renewal of what has run out."""

import json
import stat

import pytest

from makoto.adapters.clouds.memory.identity import totp
from makoto.domain import TenantStatus
from tests.builders import TENANT, tenant_record
from tests.unit.cli.conftest import ADMIN, PASSWORD, Terminal, World

NEW = "Battery-staple-7"


def test_a_login_asks_for_what_is_not_given_and_remembers_the_session_for_its_owner_alone(makoto: Terminal) -> None:
    said = makoto("login", "--url", makoto.url + "/", typed=f"{ADMIN}\n{PASSWORD}\n")

    assert said.code == 0
    assert f"Signed in as {ADMIN} (tenant_admin, tenant {TENANT})." in said.out
    assert PASSWORD not in said.out + said.err
    file = makoto.home / "session.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(makoto.home.stat().st_mode) == 0o700
    assert json.loads(file.read_text())["url"] == makoto.url


def test_a_session_file_that_others_could_read_is_private_after_the_next_login(makoto: Terminal) -> None:
    makoto.home.mkdir()
    file = makoto.home / "session.json"
    file.write_text("{}")
    file.chmod(0o644)

    makoto.sign_in(ADMIN)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_password_may_come_from_the_environment(makoto: Terminal) -> None:
    makoto.environment["MAKOTO_PASSWORD"] = PASSWORD

    assert makoto("login", "-u", ADMIN, "--url", makoto.url).code == 0


def test_a_wrong_password_is_refused_in_a_sentence_and_leaves_no_session(makoto: Terminal) -> None:
    said = makoto("login", "-u", ADMIN, "-p", "wrong", "--url", makoto.url)

    assert said.code == 1
    assert said.err.startswith("401 Not signed in: ")
    assert not (makoto.home / "session.json").exists()


def test_the_first_login_asks_for_a_password_of_ones_own_until_it_is_good_enough(
    makoto: Terminal, world: World
) -> None:
    world.invite("new@example.com")

    typed = f"short\nshort\n{NEW}\n{NEW}\n"
    said = makoto("login", "-u", "new@example.com", "-p", PASSWORD, "--url", makoto.url, typed=typed)

    assert said.code == 0
    assert "/body/new_password" in said.err
    assert makoto("login", "-u", "new@example.com", "-p", NEW).code == 0


def test_an_authenticator_app_is_set_up_and_later_asked_for(makoto: Terminal, world: World) -> None:
    world.identity.require_totp(ADMIN)
    secrets: list[str] = []
    ask = world.identity._ask

    def remember(*given: object, **parameters: str) -> object:
        secrets.append(parameters.get("secret_code", ""))
        return ask(*given, **parameters)  # type: ignore[arg-type]  # passed on as it came

    makoto.monkeypatch.setattr(world.identity, "_ask", remember)
    first = makoto("login", "-u", ADMIN, "-p", PASSWORD, "--url", makoto.url, typed="000000\n000000\n000000\n")
    assert first.code == 1
    assert secrets[0] in first.err
    assert first.err.count("401 Not signed in") == 3

    world.identity._known(ADMIN).totp_secret = secrets[0]
    code = totp(secrets[0], world.clock.now())
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    said = makoto("login", "-u", ADMIN, "-p", PASSWORD, "--url", makoto.url, typed=f"{wrong}\n {code} \n")
    assert said.code == 0
    assert "Signed in as" in said.out


def test_an_access_token_that_has_run_out_is_renewed_unseen_and_kept(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    before = json.loads((makoto.home / "session.json").read_text())
    world.clock.advance(2 * 3600)

    said = makoto("whoami", "--json")

    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["tenant_id"] == TENANT
    after = json.loads((makoto.home / "session.json").read_text())
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == before["refresh_token"]
    assert makoto("whoami").code == 0
    assert [status for _, path, status in world.gateway.served if path.endswith("/me")] == [401, 200, 200]


def test_a_session_that_cannot_be_renewed_says_to_sign_in_again(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    world.clock.advance(2 * 3600)
    world.identity.sign_out_everywhere(ADMIN)

    said = makoto("whoami")

    assert said.code == 1
    assert "Sign in again: `makoto login`." in said.err


def test_a_logout_ends_the_session_on_both_sides(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    kept = (makoto.home / "session.json").read_text()

    assert "Signed out." in makoto("logout").out
    assert not (makoto.home / "session.json").exists()
    assert makoto("whoami").err.startswith("Not signed in")

    (makoto.home / "session.json").write_text(kept)
    assert makoto("whoami").code == 1


def test_a_logout_forgets_a_session_that_has_ended_already(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    world.identity.sign_out_everywhere(ADMIN)
    world.clock.advance(2 * 3600)

    assert makoto("logout").code == 0
    assert not (makoto.home / "session.json").exists()


def test_tokens_go_to_no_other_server_than_the_one_that_gave_them(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    served = len(world.gateway.served)
    makoto.environment["MAKOTO_URL"] = makoto.url.replace("127.0.0.1", "localhost")

    said = makoto("whoami")

    assert said.code == 1
    assert "run `makoto login` for it" in said.err
    assert len(world.gateway.served) == served


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "x"}', "\x00"])
def test_a_session_file_that_cannot_be_read_is_a_sentence(makoto: Terminal, content: str) -> None:
    makoto.home.mkdir()
    (makoto.home / "session.json").write_text(content)

    said = makoto("whoami")

    assert (said.code, said.out) == (1, "")
    assert "cannot be read" in said.err


def test_a_member_of_a_suspended_tenant_is_told_why_nothing_works(makoto: Terminal, world: World) -> None:
    makoto.sign_in(ADMIN)
    world.platform.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))
    world.clock.advance(60)

    assert makoto("whoami").err.startswith("403 Not allowed")
