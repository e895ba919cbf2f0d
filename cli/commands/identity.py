"""`makoto login`, `logout` and `whoami`."""

from typing import Annotated, Any

import typer

from cli.client import ApiClient
from cli.context import AsJson, Url, anonymous, signed_in
from cli.output import console, guarded, show_one
from cli.session import Session
from cli.settings import cli_settings
from cli.texts import text


@guarded
def login(
    username: Annotated[str, typer.Option("--username", "-u", prompt=True, help=text("opt.username"))],
    password: Annotated[str, typer.Option("--password", "-p", prompt=text("ask.password"), hide_input=True)],
    url: Url = "",
) -> None:
    api = anonymous(url)
    answer = api.call("POST", "/api/v1/auth/login", json={"username": username, "password": password})
    while "challenge" in answer:
        answer = _answer_challenge(api, username, answer)
    session = Session(
        url=api.url, username=username, access_token=answer["access_token"], refresh_token=answer["refresh_token"]
    )
    session.save(cli_settings().folder)
    claims = session.claims
    console.print(text("say.signed_in", username=username, role=claims["role"], tenant_id=claims["tenant_id"]))


@guarded
def logout() -> None:
    api = signed_in()
    assert api.session is not None
    api.call("POST", "/api/v1/auth/logout", json={"refresh_token": api.session.refresh_token})
    Session.forget(cli_settings().folder)
    console.print(text("say.signed_out"))


@guarded
def whoami(as_json: AsJson = False) -> None:
    show_one(signed_in().call("GET", "/api/v1/auth/me"), as_json=as_json)


def _answer_challenge(api: ApiClient, username: str, asked: dict[str, Any]) -> dict[str, Any]:
    given = {"challenge": asked["challenge"], "session": asked["session"], "username": username}
    if asked["challenge"] == "NEW_PASSWORD_REQUIRED":
        given["new_password"] = typer.prompt(text("ask.new_password"), hide_input=True, confirmation_prompt=True)
    else:
        if asked["challenge"] == "MFA_SETUP":
            console.print(text("say.mfa_setup", secret=asked["parameters"]["secret_code"]))
        given["totp_code"] = typer.prompt(text("ask.totp"))
    answer: dict[str, Any] = api.call("POST", "/api/v1/auth/challenge", json=given)
    return answer
