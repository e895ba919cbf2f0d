"""The contract of the ports, sentence by sentence, for any tenant's own stores; it leaves nothing behind."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from makoto.conformance.contract_documents import DOCUMENTS
from makoto.conformance.contract_objects import OBJECTS
from makoto.conformance.contract_secrets import SECRETS
from makoto.conformance.diagnosis import Examination, failed, since
from makoto.conformance.expectation import Broken, Check
from makoto.conformance.fixes import WRONG
from makoto.conformance.scratch import Scratch
from makoto.errors import MakotoError
from makoto.ports.diagnosis import Finding, Level


class Sentence(NamedTuple):
    """One sentence of the contract of one store."""

    store: str
    check: Check

    @property
    def name(self) -> str:
        return self.check.__name__.replace("_", " ")


SENTENCES = (
    *(Sentence("documents", check) for check in DOCUMENTS),
    *(Sentence("objects", check) for check in OBJECTS),
    *(Sentence("secrets", check) for check in SECRETS),
)


def keep_contract(examination: Examination) -> Iterator[Finding]:
    """Try every sentence, each in a corner of its own, and clean up after each."""
    for sentence in SENTENCES:
        scratch = examination.scratch()
        try:
            yield _tried(sentence, scratch)
        finally:
            with suppress(MakotoError):
                scratch.clean()


def _tried(sentence: Sentence, scratch: Scratch) -> Finding:
    begun = scratch.clock.now().timestamp()
    try:
        sentence.check(scratch)
    except MakotoError as error:
        return failed(sentence.name, sentence.store, error, latency_ms=since(scratch.clock, begun))
    except Broken as broken:
        return Finding(check=sentence.name, store=sentence.store, status=Level.FAILED, detail=str(broken), fix=WRONG)
    return Finding(check=sentence.name, store=sentence.store, status=Level.OK, latency_ms=since(scratch.clock, begun))
