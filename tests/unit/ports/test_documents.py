"""What the portable class asks of a store's declared limits."""

from dataclasses import replace

import pytest

from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Invalid
from makoto.ports.documents import Documents, Key, Query
from tests.builders import TENANT


class OfSessions(MemoryDocuments):
    """Reads what its own session wrote."""

    limits = replace(MemoryDocuments.limits, consistency="session")


@pytest.fixture
def documents() -> Documents:
    whole = MemoryCloud(FixedClock(), CountingIds()).stores(TENANT).documents
    return replace(whole, driver=OfSessions())


def test_a_store_that_reads_its_own_sessions_writes_promises_no_more(documents: Documents) -> None:
    key = Key("p", "1")
    documents.put(key, {"n": 1})

    for asked in (
        lambda: documents.get(key, consistent=True),
        lambda: documents.find(key, consistent=True),
        lambda: documents.query(Query("p", consistent=True)),
        lambda: documents.explain(Query("p", consistent=True)),
    ):
        with pytest.raises(Invalid) as refused:
            asked()
        assert refused.value.errors[0].rule == "consistency"

    assert documents.get(key).data == {"n": 1}
