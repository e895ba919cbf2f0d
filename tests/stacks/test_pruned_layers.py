"""What a layer leaves out is not imported by what it keeps."""

import subprocess
import sys

from stacks.constructs.bundling import NEEDED_BY_SCIPY, NEVER_IMPORTED

PROBE = """
import importlib, sys
from importlib.abc import MetaPathFinder

class LeftOut(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in LEFT_OUT or (name.endswith(".aio") and name.startswith(TWINS)):
            raise ModuleNotFoundError(name)

TWINS = ("azure.core", "azure.identity", "azure.keyvault", "azure.storage")
LEFT_OUT = frozenset(sys.argv[1].split())
sys.meta_path.insert(0, LeftOut())
for name in sys.argv[2].split():
    importlib.import_module(name)
import numpy
assert numpy.linspace(0, 1, 5).mean() == 0.5
from makoto.analytics.drawing import Format, Paper, control_chart, ControlChart
for format in Format:
    assert control_chart(ControlChart("管理図", []), Paper(format=format))
import duckdb
assert duckdb.sql("SELECT 42").fetchall() == [(42,)]
"""
KEPT = (
    "azure.cosmos",
    "azure.identity",
    "azure.keyvault.secrets",
    "azure.storage.blob",
    "hvac",
    "pymongo",
    "arro3.core",
    "arro3.io",
    "simdjson",
    "boto3.dynamodb.types",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.dates",
    "mpmath",
)


LEARNING = """
import sys
from importlib.abc import MetaPathFinder

class LeftOut(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in LEFT_OUT:
            raise ModuleNotFoundError(name)

LEFT_OUT = frozenset(sys.argv[1].split())
sys.meta_path.insert(0, LeftOut())
from makoto.analytics.maintenance import MaintenanceModel, fit
values = [at * 7919 % 101 / 101 for at in range(80)]
model = fit({"a": values}, [3 * value for value in values], [at % 4 for at in range(80)])
assert 1 < MaintenanceModel.from_text(model.to_text()).predict({"a": [0.5]})[0] < 2
"""


def test_models_are_trained_without_what_their_layer_leaves_out() -> None:
    left_out = [each.replace("/", ".") for each in NEVER_IMPORTED if "*" not in each and each not in NEEDED_BY_SCIPY]

    probe = [sys.executable, "-W", "ignore", "-c", LEARNING, " ".join([*left_out, "sklearn", "pandas"])]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stderr


def test_what_a_layer_keeps_works_without_what_it_leaves_out() -> None:
    left_out = [pattern.replace("/", ".") for pattern in NEVER_IMPORTED if "*" not in pattern]
    left_out += [
        "dns",
        "PIL._avif",
        "PIL._imagingft",
        "PIL._imagingcms",
        "numpy._core._simd",
        "numpy._core._multiarray_tests",
        "matplotlib.pyplot",
    ]
    left_out += [f"fontTools.{part}" for part in ("cffLib", "feaLib", "otlLib", "t1Lib", "ttLib", "ufoLib", "varLib")]

    probe = [sys.executable, "-W", "ignore", "-c", PROBE, " ".join(left_out), " ".join(KEPT)]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stderr
