"""Proves that the platform can use a tenant's stores: it writes, reads, lists and deletes in each of them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from makoto.errors import MakotoError, Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Key, Query

DOCUMENT_PROBE = Key("verification", "probe")
OBJECT_PROBE = "verification/probe.txt"
WRITTEN = "まこと"


class StoreNotUsable(Unavailable):
    """A store of the tenant refused an act that the platform needs; names the store and the permission."""


class Check(NamedTuple):
    """One act in one store."""

    store: str
    permission: str
    act: Callable[[TenantContext], bool]


def verify_stores(tenant: TenantContext, attempt: int) -> None:
    """Try every act in every store; StoreNotUsable names the store and the permission that failed."""
    for check in (*CHECKS, *_of_secrets(secret_probe(attempt))):
        _try(check, tenant)


def secret_probe(attempt: int) -> str:
    """Name an attempt's secret: AWS keeps the name of a deleted one taken for a while."""
    return f"verification-{attempt}"


def _try(check: Check, tenant: TenantContext) -> None:
    try:
        is_right = check.act(tenant)
    except MakotoError as error:
        raise StoreNotUsable(f"{check.store}: {check.permission} failed ({error.problem}: {error.detail})") from error
    if not is_right:
        raise StoreNotUsable(f"{check.store}: {check.permission} did not give back what was written")


def _write_document(tenant: TenantContext) -> bool:
    return tenant.documents.put(DOCUMENT_PROBE, {"text": WRITTEN}).data["text"] == WRITTEN


def _read_document(tenant: TenantContext) -> bool:
    return tenant.documents.get(DOCUMENT_PROBE).data == {"text": WRITTEN}


def _query_documents(tenant: TenantContext) -> bool:
    return [found.key for found in tenant.documents.query(Query(DOCUMENT_PROBE.partition)).items] == [DOCUMENT_PROBE]


def _delete_document(tenant: TenantContext) -> bool:
    tenant.documents.delete(DOCUMENT_PROBE)
    return tenant.documents.find(DOCUMENT_PROBE) is None


def _write_object(tenant: TenantContext) -> bool:
    tenant.objects.upload(OBJECT_PROBE, WRITTEN.encode(), content_type="text/plain")
    return True


def _read_object(tenant: TenantContext) -> bool:
    return tenant.objects.download(OBJECT_PROBE) == WRITTEN.encode()


def _list_objects(tenant: TenantContext) -> bool:
    return [found.key for found in tenant.objects.list("verification/", limit=2).items] == [OBJECT_PROBE]


def _delete_object(tenant: TenantContext) -> bool:
    tenant.objects.delete(OBJECT_PROBE)
    return not tenant.objects.list("verification/", limit=1).items


def _write_secret(name: str, tenant: TenantContext) -> bool:
    tenant.secrets.put(name, WRITTEN)
    return True


def _read_secret(name: str, tenant: TenantContext) -> bool:
    return tenant.secrets.get(name).reveal() == WRITTEN


def _delete_secret(name: str, tenant: TenantContext) -> bool:
    tenant.secrets.delete(name)
    return True


def _of_secrets(name: str) -> tuple[Check, ...]:
    return (
        Check("secrets", "write", partial(_write_secret, name)),
        Check("secrets", "read", partial(_read_secret, name)),
        Check("secrets", "delete", partial(_delete_secret, name)),
    )


CHECKS = (
    Check("documents", "write", _write_document),
    Check("documents", "read", _read_document),
    Check("documents", "query", _query_documents),
    Check("documents", "delete", _delete_document),
    Check("objects", "write", _write_object),
    Check("objects", "read", _read_object),
    Check("objects", "list", _list_objects),
    Check("objects", "delete", _delete_object),
)
