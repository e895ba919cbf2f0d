"""`python -m local`: up, down, status, env and logs."""

import shlex
from collections.abc import Callable
from typing import Annotated

import typer

from local.aws import Aws
from local.emulator import Emulator
from local.errors import LaptopError
from local.laptop import Laptop, logins_of
from local.settings import PREFIX, keep_loopback_direct, read_settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def main() -> None:
    """Makoto on this machine / このパソコンの Makoto"""
    keep_loopback_direct()


def _run(laptop: Laptop, act: Callable[[], None]) -> None:
    try:
        act()
    except LaptopError as error:
        laptop.narration.failure(error)
        raise typer.Exit(1) from error


@app.command()
def up() -> None:
    """Start everything, deploy, and onboard the demo tenants. / すべてを起動します。"""
    laptop = Laptop(read_settings())
    _run(laptop, laptop.up)


@app.command()
def down(wipe: Annotated[bool, typer.Option(help="Forget all data too. / データも消します。")] = False) -> None:
    """Stop everything; the data stay. / 停止します。データは残ります。"""
    laptop = Laptop(read_settings())
    _run(laptop, lambda: laptop.down(wipe=wipe))


@app.command()
def status() -> None:
    """Show every process, the health of every part and the logins. / 各部の状態とログインを表示します。"""
    laptop = Laptop(read_settings())
    parts = laptop.parts()
    laptop.narration.parts(parts)
    if not all(part.is_running for part in parts):
        raise typer.Exit(1)
    _run(laptop, lambda: laptop.narration.health(laptop.health()))
    known = logins_of(laptop.state)
    for tenant, login in known["logins"].items():
        laptop.narration.detail(f"{tenant}  {login}  {known['password']}")


@app.command()
def env() -> None:
    """Print shell variables: eval "$(python -m local env)" / シェル変数を出力します。"""
    laptop = Laptop(read_settings())
    for name, value in laptop.environment().items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def logs(function: Annotated[str, typer.Argument(help="such as tenants-api")], last: int = 50) -> None:
    """Print the last lines a function has logged. / 関数のログの末尾を表示します。"""
    laptop = Laptop(read_settings())
    client = Aws(Emulator(laptop.state).endpoint).client("logs")
    answer = client.filter_log_events(logGroupName=f"/aws/lambda/{PREFIX}-{function}")
    for event in sorted(answer["events"], key=lambda each: each["timestamp"])[-last:]:
        typer.echo(event["message"].rstrip())
