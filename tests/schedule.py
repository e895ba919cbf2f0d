"""Which tests share a process when several run: those of one file, or all that stand on one thing dear to start."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

SHARED = {
    "tests/system/": "the laptop cloud",
    "tests/isolation/test_laptop_refuses.py": "the laptop cloud",
    "tests/stacks/": "the synthesised stacks",
}
"""What the tests below a path stand on; the rest is cheap to start in each process, or starts a server of its own."""


class SharingScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types for it
    """Gives a process a file at a time, or everything of `SHARED` at once, in the order the paths were named."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((shared for path, shared in SHARED.items() if file.startswith(path)), file)
