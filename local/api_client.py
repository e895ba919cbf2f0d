"""The public API as the laptop's own tool uses it: through the front door, like everybody else."""

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import httpx

from local.errors import StepFailed

TIMEOUT_S = 60.0
Json = dict[str, Any]  # an answer of the API, read by its keys


@dataclass
class ApiClient:
    """Calls the API as one signed-in person."""

    http: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sign_in(cls, url: str, username: str, password: str) -> Self:
        client = cls(httpx.Client(base_url=url, timeout=TIMEOUT_S))
        answer = client.call("POST", "/api/v1/auth/login", json={"username": username, "password": password})
        client.headers = {"authorization": f"Bearer {answer['access_token']}"}
        return client

    @classmethod
    def choose_password(cls, url: str, username: str, first_password: str, password: str) -> None:
        """Sign in with the password of the invitation and answer the challenge that follows."""
        with cls(httpx.Client(base_url=url, timeout=TIMEOUT_S)) as client:
            invitation = {"username": username, "password": first_password}
            challenge = client.call("POST", "/api/v1/auth/login", json=invitation)
            reply = {"challenge": challenge["challenge"], "session": challenge["session"]}
            chosen = {"username": username, "new_password": password}
            client.call("POST", "/api/v1/auth/challenge", json={**reply, **chosen})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, json: Json | None = None) -> Json:
        """Send one request; anything but success raises StepFailed with the problem's own words."""
        answer = self.http.request(method, path, headers={**self.headers, **(headers or {})}, json=json)
        if answer.is_error:
            raise StepFailed(f"{method} {path}", f"{answer.status_code} {answer.text[:500]}")
        return dict(answer.json()) if answer.content else {}

    def find(self, path: str) -> Json | None:
        """Read what may not be there."""
        answer = self.http.get(path, headers=self.headers)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.is_error:
            raise StepFailed(f"GET {path}", f"{answer.status_code} {answer.text[:500]}")
        return dict(answer.json())

    def pages(self, path: str) -> list[Json]:
        """Every item of a listing."""
        items: list[Json] = []
        cursor: str | None = None
        while True:
            page = self.call("GET", f"{path}?limit=100" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def wait_for(self, path: str, key: str, wanted: str, *, hopeless: frozenset[str], within_s: float) -> Json:
        """Ask until `key` says `wanted`; a hopeless value or the end of the time raises StepFailed with the cause."""
        deadline = time.monotonic() + within_s
        while (answer := self.call("GET", path))[key] != wanted:
            if answer[key] in hopeless or time.monotonic() > deadline:
                raise StepFailed(f"Waiting for {path} to be {wanted}", _cause(answer, key))
            time.sleep(0.5)
        return answer


def _cause(answer: Json, key: str) -> str:
    """Say in one line what an onboarding says of itself in many."""
    steps = [step for step in answer.get("steps", []) if step["status"] not in {"done", "rolled_back"}]
    return f"{answer[key]}, {answer.get('failure') or steps}"
