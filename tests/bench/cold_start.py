"""CPU of each function's imports in a fresh process, against an SDK client, Powertools and pydantic; and sizes."""

import re
import statistics
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from tests.bench.table import Row

ROOT = Path(__file__).parents[2]
AIM = 1.25
TRIES = 5
HANDLER = re.compile(r"^(?:handler\b|def handler\()", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", re.MULTILINE)

REFERENCE = """
import boto3
boto3.client("dynamodb", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x")
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
APIGatewayRestResolver(enable_validation=True)
from pydantic import BaseModel
class Model(BaseModel):
    name: str
"""


def handlers() -> list[str]:
    """Every module under functions/ that has a handler."""
    files = sorted((ROOT / "functions").glob("*/*.py"))
    return [f"functions.{file.parent.name}.{file.stem}" for file in files if HANDLER.search(file.read_text("utf-8"))]


def cpu_ms(code: str) -> float:
    """Run in a fresh interpreter; the median CPU of its statements, without the interpreter's own start."""
    timed = f"import time\nbegun = time.process_time()\n{code}\nprint((time.process_time() - begun) * 1000)"
    command = [sys.executable, "-c", timed]
    paths = f"{ROOT}:{ROOT / 'layers/makoto/python'}"
    environment = {"PYTHONPATH": paths, "POWERTOOLS_TRACE_DISABLED": "1", "PATH": "/usr/bin:/bin"}
    taken = []
    for _ in range(TRIES + 1):
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
        taken.append(float(run.stdout.splitlines()[-1]))
    return statistics.median(taken[1:])  # the first writes bytecode


def bytes_of(folder: Path) -> int:
    """The size of a folder's files without bytecode."""
    files = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return sum(file.stat().st_size for file in files)


def function_kb(handler: str) -> float:
    """What the function's own package holds: its domain and the policies."""
    return (bytes_of(ROOT / "functions" / handler.split(".")[1]) + bytes_of(ROOT / "policies")) / 1000


def layer_mb(requirements: Path) -> float:
    """Installed megabytes of a layer's pinned packages on this machine; Lambda's architecture differs a little."""
    names = PIN.findall(requirements.read_text("utf-8"))
    files = [file for name in names for file in distribution(name).files or [] if not str(file).endswith(".pyc")]
    return sum(file.size or 0 for file in files) / 1e6


def rows() -> list[Row]:
    """Milliseconds, one row a function."""
    reference = cpu_ms(REFERENCE)
    return [
        Row(f"imports of {handler} ({function_kb(handler):.0f} kB), ms", cpu_ms(f"import {handler}"), reference, AIM)
        for handler in handlers()
    ]


def sizes() -> list[tuple[str, float]]:
    """Each layer with its megabytes; a function and its layers must stay under 250."""
    ours = ("makoto", bytes_of(ROOT / "layers" / "makoto" / "python") / 1e6)
    groups = sorted((ROOT / "layers").glob("*/requirements.txt"))
    return [ours, *((group.parent.name, layer_mb(group)) for group in groups)]
