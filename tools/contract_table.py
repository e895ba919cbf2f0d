"""The table of contract results in docs/contracts.md: which store keeps which sentence, from the last test run."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "build" / "contracts.json"
BEGIN, END = "<!-- results begin -->", "<!-- results end -->"
MARKS = {"passed": "✓", "skipped": "–", "failed": "✗"}

Row = Mapping[str, Any]  # Any: JSON


def table(rows: Sequence[Row]) -> str:
    """Lay out one table a suite: a line a sentence, a column a product that was tried."""
    suites = sorted({row["suite"] for row in rows})
    return "\n\n".join(_suite(suite, [row for row in rows if row["suite"] == suite]) for suite in suites)


def filled(page: str, rows: Sequence[Row]) -> str:
    """Put the tables between the page's marks."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table(rows)}\n\n{END}{tail}"


def _suite(suite: str, rows: Sequence[Row]) -> str:
    products = sorted({row["product"] for row in rows})
    outcomes = {(row["sentence"], row["product"]): row["outcome"] for row in rows}
    lines = [f"### {suite}", "", "| | " + " | ".join(products) + " |", "|---|" + ":-:|" * len(products)]
    for sentence in sorted({row["sentence"] for row in rows}):
        marks = [MARKS[outcomes[sentence, each]] if (sentence, each) in outcomes else "" for each in products]
        lines.append(f"| {sentence} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Write the page again, or with `--check` fail when it is not what the last run of the contract tests showed."""
    page = Path(arguments[-1])
    if not RESULTS.exists():
        sys.exit("no results: run the contract tests first (make test)")
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    text = filled(page.read_text(encoding="utf-8"), rows)
    if any(row["outcome"] == "failed" for row in rows):
        sys.exit("a store breaks its contract: see the test run")
    if "--check" not in arguments:
        page.write_text(text, encoding="utf-8")
    elif page.read_text(encoding="utf-8") != text:
        sys.exit(f"run `make contracts`: {page} is not what the tests showed")


if __name__ == "__main__":
    main(sys.argv[1:])
