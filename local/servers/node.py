"""Node.js and its pinned packages, for the stand-ins that run on it."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from local.errors import LaptopError
from local.settings import child_environment
from local.synthesis import find_node

DECLARED = ("package.json", "package-lock.json")
HERE = Path(__file__).parent
INSTALL_WITHIN_S = 300


class NodePackagesMissing(LaptopError):
    """npm could not install what the stand-ins need."""

    def __init__(self, told: str) -> None:
        super().__init__(
            f"The Node.js packages of local/servers could not be installed: connect to the network. npm says: {told}",
            f"local/servers の Node.js パッケージを入れられません。ネットに接続してください。npm の出力: {told}",
        )


def node() -> Path:
    """Return the Node.js that runs the stand-ins."""
    return Path(find_node())


def package(name: str) -> Path:
    """Return the folder of an installed package."""
    return ensure_packages() / name


def ensure_packages() -> Path:
    """Return the folder of all packages, installed now if this lock file's are not; the installation comes whole."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = Path(sys.prefix) / "share" / "makoto" / "node" / lock
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            _install(Path(folder))
            _take(Path(folder), kept)
    return kept / "node_modules"


def _install(folder: Path) -> None:
    for name in DECLARED:
        shutil.copy(HERE / name, folder)
    command = [*_npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{node().parent}:{child_environment().get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=child_environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=INSTALL_WITHIN_S,
        check=False,
    )
    if done.returncode:
        raise NodePackagesMissing(done.stderr.strip()[-500:])


def _npm() -> list[str]:
    script = node().resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node()), str(script)] if script.exists() else ["npm"]


def _take(made: Path, kept: Path) -> None:
    """Another process may have been first: its installation is as good."""
    inner = made / "kept"
    inner.mkdir()
    (made / "node_modules").rename(inner / "node_modules")
    try:
        inner.rename(kept)
    except OSError:
        if not kept.exists():
            raise
