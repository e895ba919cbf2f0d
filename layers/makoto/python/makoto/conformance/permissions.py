"""Each permission that the platform needs in a tenant's stores, used once the way the platform uses it."""

from collections.abc import Callable
from typing import NamedTuple

from makoto.conformance.scratch import Scratch
from makoto.ports.documents import Delete, Query

WRITTEN = "まこと"
LATER = "まことに"


class Act(NamedTuple):
    """One act in one store; it says whether what came back is right."""

    store: str
    permission: str
    do: Callable[[Scratch], bool]


def _write_document(scratch: Scratch) -> bool:
    return scratch.write(scratch.key("probe"), {"text": WRITTEN}).data["text"] == WRITTEN


def _read_document(scratch: Scratch) -> bool:
    return scratch.documents.get(scratch.key("probe")).data == {"text": WRITTEN}


def _query_documents(scratch: Scratch) -> bool:
    found = scratch.documents.query(Query(scratch.partition)).items
    return [each.key for each in found] == [scratch.key("probe")]


def _write_several(scratch: Scratch) -> bool:
    scratch.documents.atomic([scratch.put(scratch.key("second"), {"text": LATER}), Delete(scratch.key("probe"))])
    got = scratch.documents.batch_get([scratch.key("probe"), scratch.key("second")])
    return got.missing == (scratch.key("probe"),) and not got.failed


def _delete_document(scratch: Scratch) -> bool:
    for name in ("probe", "second"):
        scratch.documents.delete(scratch.key(name))
    return scratch.documents.find(scratch.key("second")) is None


def _write_object(scratch: Scratch) -> bool:
    scratch.objects.upload(scratch.folder + "probe.txt", WRITTEN.encode(), content_type="text/plain")
    return True


def _read_object(scratch: Scratch) -> bool:
    return scratch.objects.download(scratch.folder + "probe.txt") == WRITTEN.encode()


def _list_objects(scratch: Scratch) -> bool:
    return [found.key for found in scratch.objects.list(scratch.folder, limit=2).items] == [
        scratch.folder + "probe.txt"
    ]


def _sign_object(scratch: Scratch) -> bool:
    signed = scratch.objects.signed_url(scratch.folder + "probe.txt", expires_in_s=60)
    return "://" in signed.url and signed.expires_at > scratch.clock.now()


def _delete_object(scratch: Scratch) -> bool:
    scratch.objects.delete(scratch.folder + "probe.txt")
    return not scratch.objects.list(scratch.folder, limit=1).items


def _write_secret(scratch: Scratch) -> bool:
    scratch.secrets.put(scratch.secret("probe"), WRITTEN)
    return True


def _read_secret(scratch: Scratch) -> bool:
    scratch.secrets.forget(scratch.secret("probe"))
    return scratch.secrets.get(scratch.secret("probe")).reveal() == WRITTEN


def _update_secret(scratch: Scratch) -> bool:
    scratch.secrets.put(scratch.secret("probe"), LATER)
    return scratch.secrets.get(scratch.secret("probe")).reveal() == LATER


def _delete_secret(scratch: Scratch) -> bool:
    scratch.secrets.delete(scratch.secret("probe"))
    return True


ACTS = (
    Act("documents", "write", _write_document),
    Act("documents", "read", _read_document),
    Act("documents", "query", _query_documents),
    Act("documents", "atomic", _write_several),
    Act("documents", "delete", _delete_document),
    Act("objects", "write", _write_object),
    Act("objects", "read", _read_object),
    Act("objects", "list", _list_objects),
    Act("objects", "sign", _sign_object),
    Act("objects", "delete", _delete_object),
    Act("secrets", "write", _write_secret),
    Act("secrets", "read", _read_secret),
    Act("secrets", "update", _update_secret),
    Act("secrets", "delete", _delete_secret),
)
