"""What the steps of the factory's day hand to each other."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cli.client import ApiClient
from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import Factory
from cli.context import path_of
from cli.failures import Refused
from cli.texts import text
from local.simulator.day import LineDay
from local.simulator.day_orders import Action, Lot

WITHIN_S = 300.0
AGAIN_S = 0.5
PASSING = frozenset({429, 502, 503, 504})
Json = Any  # an answer of the API, read by its keys
_Seen = TypeVar("_Seen")


@dataclass(slots=True)
class Story:
    """One run; `start_ms` is the day's local midnight, `figures` what is written to figures.json."""

    api: ApiClient
    tenant_id: str
    factory: Factory
    start_ms: int
    folder: Path
    seed: int = 1
    days: list[LineDay] = field(default_factory=list)
    work: list[list[Action]] = field(default_factory=list)
    received: list[Lot] = field(default_factory=list)
    made: list[Lot] = field(default_factory=list)
    credentials: list[Json] = field(default_factory=list)
    figures: dict[str, Json] = field(default_factory=dict)

    def path(self, *rest: str) -> str:
        return path_of("/api/v1/tenants", self.tenant_id, *rest)

    def call(self, method: str, *rest: str, **given: Any) -> Json:
        """Call the API of the tenant; told to wait, wait and send the same again."""
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                return self.api.call(method, self.path(*rest), **given)
            except Refused as refused:
                if refused.status not in PASSING or time.monotonic() > deadline:
                    raise
                time.sleep(AGAIN_S)

    def get(self, *rest: str, **query: Any) -> Json:
        return self.call("GET", *rest, params=query)

    def save(self, name: str, *rest: str, **query: Any) -> None:
        """Write an answer that is a file of its own into the folder."""
        answer = self.api.answer("GET", self.path(*rest), params=query)
        if answer.is_error:
            raise StoryBroken(f"{answer.status_code} {answer.text[:200]}")
        (self.folder / name).write_bytes(answer.content)

    def at(self, minute: float) -> int:
        """A moment of the day in ms UTC."""
        return self.start_ms + round(minute * 60_000)


def wait_until(
    look: Callable[[], _Seen], is_right: Callable[[_Seen], bool], what: str, within_s: float = WITHIN_S
) -> _Seen:
    """Look again until it is right; StoryBroken with the last sight where it never is."""
    deadline = time.monotonic() + within_s
    while not is_right(seen := look()):
        if time.monotonic() > deadline:
            raise StoryBroken(text("demo.day.not_arrived", what=what, seconds=round(within_s), seen=seen))
        time.sleep(AGAIN_S)
    return seen
