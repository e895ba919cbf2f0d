"""A tenant's three stores, put together from a cloud's three drivers."""

from makoto.ports.clock import Clock
from makoto.ports.context import TenantStores
from makoto.ports.cursors import Cursors
from makoto.ports.document_store import DocumentsDriver
from makoto.ports.documents import Documents
from makoto.ports.ids import Ids
from makoto.ports.objects import Objects, ObjectsDriver
from makoto.ports.secret_names import KeptNames
from makoto.ports.secrets import Secrets, SecretsDriver


def assembled(
    tenant_id: str,
    documents: DocumentsDriver,
    objects: ObjectsDriver,
    secrets: SecretsDriver,
    *,
    clock: Clock,
    ids: Ids,
) -> TenantStores:
    """Sign cursors with a secret of the tenant's, and keep the secrets' names among its documents."""
    kept = Secrets(secrets, clock, KeptNames(lambda: portable))
    cursors = Cursors.of_tenant(tenant_id, kept, ids)
    portable = Documents(documents, cursors, clock, ids)
    return TenantStores(portable, Objects(objects, cursors), kept)
