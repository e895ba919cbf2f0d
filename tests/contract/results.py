"""Gathers which store passed which sentence of a port's contract, for the table in docs/contracts.md."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).resolve().parents[2] / "build" / "contracts.json"
SUITE, ROOM = "contract_suite", "tests/contract/clouds/"


def mark(items: Iterable[pytest.Item]) -> None:
    """Write on each test which suite its class inherits, so that its report tells it wherever it ran."""
    for item in items:
        owner = getattr(item, "cls", None)
        suites = [each.__name__ for each in getattr(owner, "__mro__", ()) if each.__name__.endswith("Contract")]
        if suites and item.nodeid.startswith(ROOM):
            item.user_properties.append((SUITE, suites[0].removesuffix("Contract")))


class Results:
    """The outcomes of one run: a sentence holds for a store when every case of it passed."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str, str], set[str]] = {}
        self.figures: list[str] = []
        """What tests measured and want to be read at the end of a run."""

    def add(self, report: pytest.TestReport) -> None:
        """Count a test's call, or its setup where it did not come to a call."""
        told = dict(report.user_properties)
        if report.when == "call" and "figure" in told:
            self.figures.append(str(told["figure"]))
        suite = told.get(SUITE)
        if suite is None or (report.when != "call" and report.passed):
            return
        file, _, test = report.nodeid.partition("::")
        product = Path(file).stem.removeprefix("test_")
        sentence = test.rpartition("::")[2].partition("[")[0].removeprefix("test_").replace("_", " ")
        self._outcomes.setdefault((str(suite), sentence, product), set()).add(report.outcome)

    def write(self) -> None:
        """Write what was gathered; a run of no contract writes nothing."""
        if not self._outcomes:
            return
        rows: list[dict[str, Any]] = [
            {"suite": suite, "sentence": sentence, "product": product, "outcome": _worst(outcomes)}
            for (suite, sentence, product), outcomes in sorted(self._outcomes.items())
        ]
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def _worst(outcomes: set[str]) -> str:
    return next(each for each in ("failed", "passed", "skipped") if each in outcomes)
