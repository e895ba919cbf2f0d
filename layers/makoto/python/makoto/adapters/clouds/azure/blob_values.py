"""What a blob carries beside its bytes, in our words and in Azure's."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from makoto.adapters.clouds.azure.blob_client import Container
from makoto.adapters.stores.s3.signing import disposition
from makoto.ports.objects import Method, ObjectInfo, SignedUrl

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties, UserDelegationKey
    from obstore import GetResult

_PLAIN = "!#$&'()*+,-./:;<=>?@[]^_`{|}~"
_EMPTY = "%"  # no quoted value is this one


def attributes_of(content_type: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """Azure keeps ASCII in metadata, so any other character is percent-encoded; its names have no hyphens."""
    kept = {name.replace("-", "_"): quote(value, safe=_PLAIN) or _EMPTY for name, value in metadata.items()}
    return {"Content-Type": content_type, **kept}


def metadata_of(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata as it was given; our names have no underscores."""
    return {
        name.lower().replace("_", "-"): "" if value == _EMPTY else unquote(value)
        for name, value in attributes.items()
        if not name.lower().startswith(("content-", "cache-control"))
    }


def info_of(found: "GetResult") -> ObjectInfo:
    """Return what obstore's answer tells."""
    kind = next((value for name, value in found.attributes.items() if name.lower() == "content-type"), "")
    meta = found.meta
    etag, modified_at = meta["e_tag"] or "", meta["last_modified"]
    return ObjectInfo(meta["path"], meta["size"], etag, modified_at, kind, metadata_of(found.attributes))


def listed(found: "BlobProperties") -> ObjectInfo:
    """Return what a listing tells; its etag lacks the quotes that every other answer has."""
    return ObjectInfo(found.name, found.size, f'"{str(found.etag).strip(chr(34))}"', found.last_modified)


def signed(
    container: Container,
    key: "UserDelegationKey",
    name: str,
    method: Method,
    expires_at: datetime,
    download_name: str | None,
) -> SignedUrl:
    """Sign one method on one blob (user delegation SAS); over TLS only where the container is."""
    from azure.storage.blob import BlobSasPermissions, generate_blob_sas

    is_read = method == "GET"
    granted = generate_blob_sas(
        container.account,
        container.name,
        name,
        user_delegation_key=key,
        permission=BlobSasPermissions(read=is_read, create=not is_read, write=not is_read),
        expiry=expires_at,
        protocol="https" if container.service.startswith("https:") else None,
        content_disposition=None if download_name is None else disposition(download_name),
    )
    headers = {} if is_read else {"x-ms-blob-type": "BlockBlob"}
    return SignedUrl(f"{container.address}/{quote(name, safe='/~')}?{granted}", headers, expires_at)
