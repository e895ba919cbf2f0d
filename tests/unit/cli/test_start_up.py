"""A command is there at once: what only some commands need is loaded by them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEAVY = ("httpx", "pydantic", "makoto", "boto3", "matplotlib", "numpy", "awscrt", "local", "rich.progress")


def test_the_start_loads_nothing_heavy() -> None:
    program = f"import sys, cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"

    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_a_simulation_without_credentials_is_refused_in_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "simulate", "--credentials", str(tmp_path)]

    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == 2
    assert "no credentials of any device" in " ".join(said.stderr.replace("│", "").split())
    assert "Traceback" not in said.stderr
