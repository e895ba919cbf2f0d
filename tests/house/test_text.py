"""The product speaks of itself alone: no path of one machine, no private package source."""

import re

import pytest

from tests.house.checkout import named, tracked_files

MACHINE_PATH = re.compile(r"(?<![\w.*}>-])/(?:work|root|home/[a-z]+)/")
PACKAGE_SOURCE = re.compile(
    r"--(?:extra-)?index-url|\bUV_INDEX\w*=|\bPIP_INDEX\w*=|\"resolved\": *\"https?://(?!registry\.npmjs\.org/)"
)
BINARY = frozenset({".png", ".jpg", ".ico", ".parquet", ".woff2", ".zip"})
TEXTS = [path for path in tracked_files() if path.suffix not in BINARY]


def test_there_are_files_to_check() -> None:
    assert len(TEXTS) > 100


@pytest.mark.parametrize("pattern", [MACHINE_PATH, PACKAGE_SOURCE], ids=["machine path", "package source"])
def test_no_file_speaks_of_one_machine(pattern: re.Pattern[str]) -> None:
    found = [
        f"{named(path)}:{number}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]

    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert MACHINE_PATH.search("/".join(("see ", "work", "main", "app.py")))
    assert MACHINE_PATH.search("/".join(('open("', "root", '.config")')))
    assert not MACHINE_PATH.search("dt/{tenant}/work/cell")
    option = "index-url"
    assert PACKAGE_SOURCE.search(f"--{option} https://example.com/simple")
