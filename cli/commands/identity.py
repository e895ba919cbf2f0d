"""`makoto login`, `logout` and `whoami`."""

from http import HTTPStatus
from typing import Annotated, Any

import typer

from cli.client import ApiClient
from cli.context import AsJson, Url, anonymous, signed_in
from cli.failures import Failed, Refused
from cli.output import explain, guarded, note, show_one, tell
from cli.session import Session
from cli.settings import cli_settings
from cli.texts import text

TRIES = 3


@guarded
def login(
    username: Annotated[str, typer.Option("--username", "-u", help=text("opt.username"))] = "",
    password: Annotated[
        str, typer.Option("--password", "-p", envvar="MAKOTO_PASSWORD", help=text("opt.password"))
    ] = "",
    url: Url = "",
) -> None:
    api = anonymous(url)
    username = username or typer.prompt(text("ask.username"))
    password = password or typer.prompt(text("ask.password"), hide_input=True)
    answer = api.call("POST", "/api/v1/auth/login", json={"username": username, "password": password})
    while "challenge" in answer:
        answer = _meet(api, username, answer)
    if "access_token" not in answer:
        raise Failed(text("error.not_makoto", url=api.url))
    session = Session(api.url, username, answer["access_token"], answer["refresh_token"])
    claims = session.claims
    session.save(cli_settings().folder)
    tell(text("say.signed_in", username=username, role=claims["role"], tenant_id=claims["tenant_id"]))


@guarded
def logout() -> None:
    api = signed_in()
    assert api.session is not None
    try:
        api.call("POST", "/api/v1/auth/logout", json={"refresh_token": api.session.refresh_token})
    except Refused as refused:
        if refused.status != HTTPStatus.UNAUTHORIZED:  # a session that has ended already is one to forget too
            raise
    Session.forget(cli_settings().folder)
    tell(text("say.signed_out"))


@guarded
def whoami(as_json: AsJson = False) -> None:
    show_one(signed_in().call("GET", "/api/v1/auth/me"), as_json=as_json)


def _meet(api: ApiClient, username: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Answer one challenge; a weak password or a wrong code is asked for again."""
    if asked["challenge"] == "MFA_SETUP":
        note(text("say.mfa_setup", secret=asked["parameters"]["secret_code"]))
    given = {"challenge": asked["challenge"], "session": asked["session"], "username": username}
    for _ in range(TRIES - 1):
        try:
            return _answer(api, given)
        except Refused as refused:
            if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY and refused.name != "code-rejected":
                raise
            explain(refused)
    return _answer(api, given)


def _answer(api: ApiClient, given: dict[str, str]) -> dict[str, Any]:
    if given["challenge"] == "NEW_PASSWORD_REQUIRED":
        chosen = typer.prompt(text("ask.new_password"), hide_input=True, confirmation_prompt=text("ask.again"))
        reply = {"new_password": chosen}
    else:
        reply = {"totp_code": typer.prompt(text("ask.totp")).strip()}
    answer: dict[str, Any] = api.call("POST", "/api/v1/auth/challenge", json=given | reply)
    return answer
