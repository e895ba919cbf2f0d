"""What `up`, `down` and `status` tell: steps with their times, failures with what to do, in English and Japanese."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from local.errors import LaptopError


@dataclass(frozen=True)
class PartStatus:
    """One process as `status` shows it."""

    name: str
    is_running: bool
    has_crashed: bool
    place: str
    log: str


@dataclass
class Narration:
    """Writes to the terminal, progress included, for in CI the steps' times are the report."""

    console: Console = field(default_factory=lambda: _console())
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, english: str, japanese: str) -> Iterator[None]:
        """Tell a step with the seconds it took; a failed one is told by `failure`."""
        began = time.monotonic()
        with self.console.status(f"{english} / {japanese}"):
            yield
        self.console.print(f"[green]✓[/] {english} / {japanese}  [dim]{time.monotonic() - began:.1f} s[/]")

    def detail(self, text: str) -> None:
        self.console.print(f"  [dim]{text}[/]")

    def failure(self, error: LaptopError) -> None:
        self.console.print(f"[red]✗[/] {error.english}", markup=True)
        self.console.print(f"  {error.japanese}")

    def invitation(self, url: str, logins: Mapping[str, str], password: str) -> None:
        """The end of `up`: where it is, who may enter and what to try."""
        took = time.monotonic() - self.started
        self.console.print(f"\n[bold]Makoto[/]  {url}  [dim]({took:.0f} s)[/]\n")
        table = _table("tenant / テナント", "login / ログイン", "password / パスワード")
        for tenant, login in logins.items():
            table.add_row(tenant, login, password)
        self.console.print(table)
        first = next((login for tenant, login in logins.items() if tenant != "t000000000000"), "")
        self.console.print("\nTry / お試しください:")
        for command in (
            f"curl -s {url}/health/ready",
            f".venv/bin/makoto login -u {first} -p {password} --url {url}",
            ".venv/bin/makoto telemetry latest --line machining-1",
        ):
            self.console.print(f"  {command}", markup=False)

    def parts(self, parts: Sequence[PartStatus]) -> None:
        table = _table("part / 部分", "state / 状態", "place / 場所", "log / ログ")
        for part in parts:
            table.add_row(part.name, _state(part), part.place, part.log)
        self.console.print(table)

    def health(self, parts: Sequence[Mapping[str, object]]) -> None:
        table = _table("health / 健全性", "status", "ms", "detail / 詳細")
        for part in parts:
            table.add_row(*(str(part.get(name, "")) for name in ("name", "status", "latency_ms", "detail")))
        self.console.print(table)


def _console() -> Console:
    """A terminal's own width; a log has none and gets room for whole paths."""
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, soft_wrap=True, width=200)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _state(part: PartStatus) -> str:
    if part.is_running:
        return "[green]running / 稼働中[/]"
    return "[red]crashed / 異常終了[/]" if part.has_crashed else "[dim]stopped / 停止[/]"
