"""Files stay small enough to be read at once; statements, arguments and line length are the linter's."""

import ast
from pathlib import Path

import pytest

from tests.house.checkout import named, product_files, tree

MAX_LINES = 250
LARGER: dict[str, str] = {}
"""Files that may be larger, each with its reason."""


@pytest.mark.parametrize("path", product_files(), ids=named)
def test_a_file_has_at_most_250_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MAX_LINES or named(path) in LARGER


def test_no_exception_is_kept_that_nobody_needs() -> None:
    sizes = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product_files()}

    assert [name for name in LARGER if sizes.get(name, 0) <= MAX_LINES] == []


@pytest.mark.parametrize("path", product_files(), ids=named)
def test_a_module_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(tree(path)) or ""

    assert docstring.split("\n")[0].strip()
