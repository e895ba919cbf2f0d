"""The checkout as the house tests read it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
PACKAGE = ROOT / "layers" / "makoto" / "python" / "makoto"
PRODUCT = ("functions", "layers/makoto", "stacks", "local", "cli", "tools", "edge")


def domains() -> list[Path]:
    """The folder of each domain."""
    return sorted(path.parent for path in FUNCTIONS.glob("*/__init__.py"))


def domain_files() -> list[Path]:
    """Every Python file of every domain."""
    return sorted(FUNCTIONS.glob("*/*.py"))


def product_files() -> list[Path]:
    """Every Python file of the product, without its tests."""
    return sorted(path for room in PRODUCT for path in (ROOT / room).rglob("*.py"))


def tracked_files() -> list[Path]:
    """Every file under version control that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in (ROOT / name for name in listed.split("\0") if name) if path.is_file()]


def tree(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Every function and method."""
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def named(path: Path) -> str:
    """A file's name as a test shows it."""
    return path.relative_to(ROOT).as_posix()
