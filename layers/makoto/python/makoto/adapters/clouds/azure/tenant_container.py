"""A tenant's blob container: made with the tenant's mark, and removed only when it is empty and carries it."""

from typing import TYPE_CHECKING

from makoto.adapters.clouds.azure.blob_client import BlobClient
from makoto.adapters.clouds.azure.errors import code_of, translated
from makoto.ports.provisioning import StoreNotReady, StoreTaken

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.storage.blob import ContainerClient

MARK = "makoto_tenant"


def make_container(client: BlobClient, tenant_id: str) -> None:
    """Make the container, or find the one that was made for this tenant; StoreTaken, StoreNotReady."""
    from azure.core.exceptions import ResourceExistsError

    client.source.current()
    with translated(writing=True):
        try:
            client.admin.create_container(metadata={MARK: tenant_id})
        except ResourceExistsError as error:
            _check_existing(client.admin, tenant_id, error)


def remove_container(client: BlobClient, tenant_id: str) -> bool:
    """Remove the container if it is this tenant's; false where it holds objects and stays."""
    client.source.current()
    with translated(writing=True):
        if _mark(client.admin) != tenant_id:
            return True
        if next(iter(client.admin.list_blobs(results_per_page=1)), None) is not None:
            return False
        client.admin.delete_container()
    return True


def _check_existing(admin: "ContainerClient", tenant_id: str, refusal: "HttpResponseError") -> None:
    if code_of(refusal) == "ContainerBeingDeleted":
        raise StoreNotReady("container: one of this name is being removed (ContainerBeingDeleted)") from refusal
    if _mark(admin) != tenant_id:
        raise StoreTaken("the container was not made for this tenant") from refusal


def _mark(admin: "ContainerClient") -> str | None:
    """Return whose the container is; none where there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return str(admin.get_container_properties().metadata.get(MARK, ""))
    except ResourceNotFoundError:
        return None
