"""The `makoto` command."""

import typer

from cli.commands import (
    alarms,
    anomalies,
    devices,
    forecast,
    identity,
    maintenance,
    masters,
    moves,
    outbox,
    performance,
    production,
    quality,
    series,
    telemetry,
    tenants,
    traceability,
)
from cli.commands.demo import demo
from cli.commands.demo_factory import demo_factory
from cli.commands.demo_move import demo_move
from cli.commands.doctor import doctor
from cli.commands.simulate import simulate
from cli.commands.status import status
from cli.texts import text

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=text("app"),
)
app.command("login", help=text("login"))(identity.login)
app.command("logout", help=text("logout"))(identity.logout)
app.command("whoami", help=text("whoami"))(identity.whoami)
app.add_typer(tenants.app, name="tenants")
tenants.app.command("move", help=text("tenants.move"))(moves.move)
tenants.app.command("moves", help=text("tenants.moves"))(moves.moves)
tenants.app.command("move-roll-back", help=text("tenants.move-roll-back"))(moves.roll_back)
tenants.app.command("move-finish", help=text("tenants.move-finish"))(moves.finish)
app.add_typer(devices.app, name="devices")
app.add_typer(telemetry.app, name="telemetry")
telemetry.app.add_typer(series.app)
telemetry.app.add_typer(forecast.app)
app.add_typer(masters.app, name="masters")
app.add_typer(production.app, name="orders")
app.add_typer(performance.app, name="performance")
app.add_typer(quality.app, name="quality")
app.add_typer(traceability.app, name="lots")
app.add_typer(alarms.app, name="alarms")
app.add_typer(anomalies.app, name="anomalies")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(outbox.app, name="outbox")
app.command("simulate", help=text("simulate"))(simulate)
app.command("status", help=text("status"))(status)
app.command("doctor", help=text("doctor"))(doctor)
app.command("demo", help=text("demo"))(demo)
app.command("demo-factory", help=text("demo_factory"))(demo_factory)
app.command("demo-move", help=text("demo_move"))(demo_move)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
