"""The table of contract results."""

import json
from pathlib import Path

import pytest

from tools import contract_table
from tools.contract_table import BEGIN, END, main

PAGE = f"# Contracts\n\n{BEGIN}\n{END}\n\nThe end.\n"


def _row(product: str, outcome: str) -> dict[str, str]:
    return {"suite": "Batches", "sentence": "it happens as one", "product": product, "outcome": outcome}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page without results, and a run in which one store kept the sentence and one could not be tried."""
    monkeypatch.setattr(contract_table, "RESULTS", tmp_path / "contracts.json")
    contract_table.RESULTS.write_text(json.dumps([_row("postgres", "passed"), _row("cosmos", "skipped")]))
    (tmp_path / "contracts.md").write_text(PAGE)
    return tmp_path / "contracts.md"


def test_a_line_is_a_sentence_and_a_column_a_product(page: Path) -> None:
    main([str(page)])

    text = page.read_text()
    assert "| | cosmos | postgres |" in text
    assert "| it happens as one | – | ✓ |" in text
    assert text.endswith(f"{END}\n\nThe end.\n")


def test_a_page_that_is_not_what_the_tests_showed_is_refused(page: Path) -> None:
    with pytest.raises(SystemExit, match="make contracts"):
        main(["--check", str(page)])

    main([str(page)])
    main(["--check", str(page)])


def test_a_broken_contract_is_refused(page: Path) -> None:
    contract_table.RESULTS.write_text(json.dumps([_row("mongo", "failed")]))

    with pytest.raises(SystemExit, match="breaks its contract"):
        main([str(page)])


def test_without_results_nothing_is_claimed(page: Path) -> None:
    contract_table.RESULTS.unlink()

    with pytest.raises(SystemExit, match="no results"):
        main(["--check", str(page)])
