"""A newcomer's first minutes: the demonstration, health, and machines looked at from the command line."""

import time
from pathlib import Path

from local.simulator import clock
from tests.system.company import Machine
from tests.system.laptop import MACHINING, LaptopCloud

DEMO_WITHIN_S = 60.0


def test_the_demonstration_tells_its_story_in_under_a_minute(laptop: LaptopCloud, tmp_path: Path) -> None:
    began = time.monotonic()

    told = laptop.makoto("demo", home=tmp_path, check=False)

    assert told.returncode == 0, told.stdout + told.stderr
    assert time.monotonic() - began < DEMO_WITHIN_S
    assert all(f"\n{number}. " in f"\n{told.stdout}" for number in range(1, 8))
    assert all(fact in told.stdout for fact in ("10,000 readings", "→ 403", "→ 401"))
    assert (tmp_path / "makoto-demo.png").read_bytes().startswith(b"\x89PNG")


def test_status_names_every_part(laptop: LaptopCloud, tmp_path: Path) -> None:
    shown = laptop.makoto("status", home=tmp_path).stdout

    parts = ("api", "database", "configuration", "identity", "bus", "onboarding", "telemetry_queue")
    assert [name for name in parts if name not in shown] == []


def test_a_line_is_looked_at_and_its_history_drawn(laptop: LaptopCloud, tmp_path: Path) -> None:
    company = laptop.company(MACHINING)
    machine = Machine(company.register("looked-at", line="looking-glass"))
    now = clock.now_ms()
    times = [now - 1000 * place for place in range(600, 0, -1)]
    speed = {"m": "spindle/speed", "t": times, "v": [1000 + place for place in range(600)]}
    company.send(machine.telemetry(0, speed))
    laptop.makoto("login", "-u", company.administrator, "-p", laptop.password, home=tmp_path)

    latest = laptop.makoto("telemetry", "latest", "--line", "looking-glass", home=tmp_path).stdout
    asked = ("telemetry", "history", "--device", machine.credentials.device_id, "-m", "spindle/speed")
    drawn = laptop.makoto(*asked, "--plot", "-", home=tmp_path).stdout
    laptop.makoto(*asked, "--plot", "chart.png", home=tmp_path)

    assert machine.credentials.device_id in latest
    assert "1599" in latest
    assert any("\u2800" < letter <= "\u28ff" for letter in drawn), drawn
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
