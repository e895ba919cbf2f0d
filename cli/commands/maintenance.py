"""`makoto maintenance …`: models of failure and remaining life."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Domain, domain, read_document, said
from cli.failures import Failed
from cli.output import guarded, note, notes, show_json
from cli.texts import text
from cli.written import share

app = typer.Typer(no_args_is_help=True, help=text("maintenance"))
frames = typer.Typer(no_args_is_help=True, help=text("frames"))
app.add_typer(frames, name="frames")

FRAMES = ("frame_id", "name", "rows", "columns", "stored_at")
MODELS = (
    "model_id",
    "version",
    "status",
    "asked.target",
    "asked.groups",
    "is_better",
    "reason",
    "asked_by",
    "asked_at",
)
ABOUT = ("task", "rows", "machines", "is_better_than_baseline")
PREDICTED = ("row", "value", "low", "high", "shares")
MOST_FEATURES = 20
POLL_S, PATIENCE_S = 2.0, 900
ModelId = Annotated[str, typer.Argument(help=text("opt.model"))]
Version = Annotated[int | None, typer.Option("--version", min=1, help=text("opt.plan_version"))]


@frames.command("upload", help=text("frames.upload"))
@guarded
def upload(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help=text("opt.csv"))],
    name: Annotated[str, typer.Option("--name", help=text("opt.frame_name"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    maintenance = domain("maintenance", tenant, as_json)
    sent = {"params": {"name": name or file.stem}, "headers": {"Content-Type": "text/csv"}}
    maintenance.show(maintenance.call("POST", "frames", content=file.read_bytes(), **sent))


@frames.command("list", help=text("frames.list"))
@guarded
def list_frames(tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    domain("maintenance", tenant, as_json).list("frames", columns=FRAMES, limit=limit)


@frames.command("show", help=text("frames.show"))
@guarded
def show_frame(
    frame: Annotated[str, typer.Argument(help=text("opt.frame"))], tenant: Tenant = "", as_json: AsJson = False
) -> None:
    maintenance = domain("maintenance", tenant, as_json)
    maintenance.show(maintenance.call("GET", "frames", frame))


@app.command("train", help=text("maintenance.train"))
@guarded
def train(
    model: ModelId,
    frame: Annotated[str, typer.Option("--frame", help=text("opt.frame"))],
    target: Annotated[str, typer.Option("--target", help=text("opt.target"))],
    groups: Annotated[str, typer.Option("--groups", help=text("opt.groups"))],
    order: Annotated[str, typer.Option("--order-by", help=text("opt.order_by"))] = "",
    window: Annotated[list[int], typer.Option("--window", help=text("opt.window"))] = [],  # noqa: B006 - copied
    ignore: Annotated[list[str], typer.Option("--ignore", help=text("opt.ignore"))] = [],  # noqa: B006 - copied
    task: Annotated[str, typer.Option("--task", help=text("opt.task"))] = "auto",
    cap: Annotated[float | None, typer.Option("--cap", help=text("opt.cap"))] = None,
    wait: Annotated[bool, typer.Option("--wait", help=text("opt.wait"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"model_id": model, "frame_id": frame, "target": target, "groups": groups, "task": task}
    body |= said(order=order, windows=window, ignore=ignore, cap=cap)
    maintenance = domain("maintenance", tenant, as_json)
    asked = maintenance.call("POST", "models", json=body)
    if wait:
        with notes.status(text("say.training")):
            asked = _trained(maintenance, asked)
    _show(maintenance, asked)


@app.command("models", help=text("maintenance.models"))
@guarded
def models(
    of: Annotated[str, typer.Argument(help=text("opt.model_or_all"))] = "",
    tenant: Tenant = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    maintenance = domain("maintenance", tenant, as_json)
    path = maintenance.path("models", of, "versions") if of else maintenance.path("models")
    found = maintenance.api.listing(path, limit, {})
    if not as_json:
        found.items[:] = [{**each, "is_better": (each["card"] or {}).get(ABOUT[-1])} for each in found.items]
    maintenance.show_rows(found, MODELS)


@app.command("card", help=text("maintenance.card"))
@guarded
def card(model: ModelId, version: Version = None, tenant: Tenant = "", as_json: AsJson = False) -> None:
    maintenance = domain("maintenance", tenant, as_json)
    _show(maintenance, maintenance.call("GET", "models", model, params=said(version=version)))


@app.command("predict", help=text("maintenance.predict"))
@guarded
def predict(
    model: ModelId,
    file: Annotated[Path | None, typer.Argument(dir_okay=False, help=text("opt.rows_file"))] = None,
    frame: Annotated[str, typer.Option("--frame", help=text("opt.frame"))] = "",
    level: Annotated[float, typer.Option("--level", help=text("opt.level"))] = 0.9,
    version: Version = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    if (file is None) == (not frame):
        raise typer.BadParameter(text("error.rows_or_frame"))
    body = {"level": level, **said(version=version), **given(frame_id=frame)}
    if file is not None:
        found = read_document(file)
        body["rows"] = found.get("rows") if isinstance(found, dict) else found
    maintenance = domain("maintenance", tenant, as_json)
    made = maintenance.call("POST", "models", model, "predictions", json=body)
    if as_json:
        show_json(made)
        return
    maintenance.show_rows([_predicted(row, each) for row, each in enumerate(made["predictions"], 1)], PREDICTED)
    _caution(made["cautions"])


def _trained(maintenance: Domain, asked: dict[str, Any]) -> dict[str, Any]:
    """Wait until a version is trained or failed."""
    version, deadline = {"version": asked["version"]}, time.monotonic() + PATIENCE_S
    while asked["status"] == "training":
        if time.monotonic() > deadline:
            raise Failed(text("error.slow_training", seconds=PATIENCE_S))
        time.sleep(POLL_S)
        asked = maintenance.call("GET", "models", asked["model_id"], params=version)
    return asked


def _show(maintenance: Domain, model: dict[str, Any]) -> None:
    """A version with its card: how well it did on machines that it had not seen, and what to beware of."""
    if maintenance.as_json:
        show_json(model)
        return
    made = model["card"]
    told = {name: value for name, value in model.items() if name not in {"card", "asked"}}
    maintenance.show(told | ({name: made[name] for name in ABOUT} if made else {}))
    if made:
        metrics = [
            {"metric": name, "held_out": made["metrics"][name], "constant": made["baseline"].get(name)}
            for name in made["metrics"]
        ]
        maintenance.show_rows(metrics, ("metric", "held_out", "constant"))
        gains = sorted(made["importance"].items(), key=lambda each: -each[1])[:MOST_FEATURES]
        maintenance.show_rows([{"column": name, "gain": share(gain)} for name, gain in gains], ("column", "gain"))
        _caution(made["cautions"])


def _predicted(row: int, made: dict[str, Any]) -> dict[str, Any]:
    shares = made["shares"] and [f"{name} {share(each)}" for name, each in made["shares"].items()]
    return {**made, "row": row, "shares": shares}


def _caution(cautions: list[str]) -> None:
    for each in cautions:
        note(text("say.flag", flag=each), style="yellow")
