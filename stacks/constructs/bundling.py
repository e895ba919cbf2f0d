"""Builds layers on this machine, without Docker: wheels for Lambda's processor, bytecode for its Python."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

PYTHON = "3.13"
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_24_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64")
"""All of them: with the first alone pip silently takes old wheels. Lambda's Amazon Linux 2023 has glibc 2.34."""

AWS_SERVICES = frozenset(
    {
        "cloudwatch",
        "cognito-idp",
        "dynamodb",
        "events",
        "iam",
        "iot",
        "iot-data",
        "kms",
        "s3",
        "secretsmanager",
        "sqs",
        "stepfunctions",
        "sts",
    }
)
"""Whose models botocore keeps in a layer: those of the other 400 services weigh 25 MB."""

NEVER_IMPORTED = (
    "**/tests",
    *(f"azure/{part}/**/aio" for part in ("core", "identity", "keyvault", "storage")),  # asynchronous twins: 3 MB
    "gridfs",
    "adbc_driver_duckdb",
    "boto3/data",  # of its resources, we use its clients' types only
    "boto3/examples",
    *(f"numpy/{part}" for part in ("f2py", "fft", "polynomial", "random", "testing", "_pyinstaller")),
    *("numpy/ma/testutils.py", "numpy/conftest.py", "numpy/doc", "google/protobuf/compiler", "bin"),
    "numpy/_core/*_tests.*.so",
    "numpy/_core/_simd.*.so",  # what tests call of the processor's instructions
    *(f"**/*.dist-info/{part}" for part in ("sboms", "licenses")),
    *(f"matplotlib/{part}" for part in ("sphinxext", "testing")),
    *(f"matplotlib/mpl-data/{part}" for part in ("images", "plot_directive", "sample_data", "stylelib")),
    *(f"matplotlib/mpl-data/fonts/{part}" for part in ("afm", "pdfcorefonts", "ttf/STIX*", "ttf/cm*")),
    *(f"matplotlib/mpl-data/fonts/ttf/DejaVu{part}*" for part in ("Serif", "SansMono", "SansDisplay")),
    "matplotlib/mpl-data/fonts/ttf/*Oblique.ttf",
    *(f"fontTools/{part}" for part in ("[b-l]*Lib", "[o-z]*Lib", "diff", "merge", "mtiLib", "pens", "subset")),
    *(f"fontTools/{part}" for part in ("cu2qu", "qu2cu", "encodings", "unicodedata", "ttx.py", "fontBuilder.py")),
    "fontTools/misc/bezierTools*",
    *(f"PIL/_{part}*" for part in ("avif", "imagingft", "imagingcms")),
    *(f"pillow.libs/lib{part}*" for part in ("avif", "freetype", "harfbuzz", "brotli", "lcms2", "png16")),
    *(f"scipy/{part}" for part in ("cluster", "constants", "datasets", "differentiate", "fft", "fftpack", "integrate")),
    *(f"scipy/{part}" for part in ("interpolate", "io", "misc", "ndimage", "odr", "optimize", "signal", "spatial")),
    *("scipy/stats", "scipy/conftest.py", "xgboost/testing", "xgboost/spark", "xgboost/dask"),
)
"""Parts of packages that nothing of ours imports and that they do not import themselves."""

NEEDED_BY_SCIPY = ("numpy/f2py", "numpy/fft", "numpy/polynomial", "numpy/random", "numpy/testing")
"""What is left in beside SciPy, of which XGBoost needs the sparse matrices."""

NEVER_RUN = frozenset({".a", ".c", ".cpp", ".h", ".hpp", ".pxd", ".pyi", ".pyx"})


class BundlingRefused(RuntimeError):
    """This machine cannot build what Lambda needs; the message says what to install."""


@jsii.implements(cdk.ILocalBundling)
class WheelsBundling:
    """Install a requirements file for Lambda and compile it."""

    def __init__(self, requirements: Path, budget_mb: int) -> None:
        self.requirements = requirements
        self.budget_mb = budget_mb

    @jsii.member(jsii_name="tryBundle")
    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:  # Any: options of Docker
        target = Path(output_dir) / "python"
        _run([*_installer(), "--target", str(target), "-r", str(self.requirements)])
        _prune(target)
        compile_tree(target)
        weight_mb = sum(file.stat().st_size for file in target.rglob("*") if file.is_file()) / 2**20
        if weight_mb > self.budget_mb:
            raise BundlingRefused(f"{self.requirements} makes {weight_mb:.0f} MB of {self.budget_mb} MB it may weigh")
        return True


@jsii.implements(cdk.ILocalBundling)
class SourceBundling:
    """Copy a package of our own and compile it."""

    def __init__(self, source: Path) -> None:
        self.source = source

    @jsii.member(jsii_name="tryBundle")
    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:  # Any: options of Docker
        target = Path(output_dir) / "python"
        shutil.copytree(self.source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        compile_tree(target)
        return True


def _prune(tree: Path) -> None:
    """Leave out what no function runs: the packages' own tests, models of AWS services never called, stubs, C."""
    services = [folder for folder in (tree / "botocore" / "data").glob("*/") if folder.name not in AWS_SERVICES]
    needed = NEEDED_BY_SCIPY if (tree / "scipy").is_dir() else ()
    unused = [folder for pattern in NEVER_IMPORTED if pattern not in needed for folder in tree.glob(pattern)]
    for path in [*unused, *services]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for file in [*tree.rglob("*")]:
        if file.suffix in NEVER_RUN and file.is_file():
            file.unlink()


def compile_tree(tree: Path) -> None:
    """Write bytecode that Lambda trusts whatever the files' times are, so that no cold start compiles."""
    _run(
        [lambda_interpreter(), "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", str(tree)]
    )


def lambda_interpreter() -> str:
    """Find a CPython of Lambda's version on this machine; Lambda ignores the bytecode of another version."""
    for candidate in _candidates():
        if _version(candidate) == PYTHON:
            return candidate
    raise BundlingRefused(
        f"Python {PYTHON} is needed to compile the layers for Lambda and was not found: install it "
        f"(`uv python install {PYTHON}` or `pyenv install {PYTHON}`), or synthesise with `-c bundling=false`, "
        "which is for the laptop and the tests, never for a deployment"
    )


def _candidates() -> Iterator[str]:
    yield sys.executable
    if on_path := shutil.which(f"python{PYTHON}"):
        yield on_path
    for installer in (".local/share/uv/python/cpython-", ".pyenv/versions/"):
        yield from map(str, sorted(Path.home().glob(f"{installer}{PYTHON}*/bin/python{PYTHON}")))


def _version(interpreter: str) -> str:
    """Ask the program itself: pyenv leaves a python3.13 on the path that only says it is not installed."""
    asked = [interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _installer() -> list[str]:
    """The same wheels by uv (4 s) or, where it is missing, by pip (65 s)."""
    only_wheels = ["--only-binary=:all:", "--no-compile", "--no-deps"]
    if uv := shutil.which("uv"):
        newest = PLATFORMS[-1].removesuffix("_aarch64").replace("manylinux", "aarch64-manylinux")
        return [uv, "pip", "install", "--quiet", "--python-version", PYTHON, "--python-platform", newest, *only_wheels]
    platforms = [argument for platform in PLATFORMS for argument in ("--platform", platform)]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--implementation", "cp", "--python-version", PYTHON]
    return [*pip, *platforms, *only_wheels]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BundlingRefused(f"{' '.join(command)}\n{done.stderr.strip() or done.stdout.strip()}")
