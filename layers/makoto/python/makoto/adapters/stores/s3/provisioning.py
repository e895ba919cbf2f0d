"""A tenant's bucket of an S3-compatible store: made or taken over, marked as the tenant's, and given back."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.endpoints import OutsideRegions
from makoto.adapters.stores.s3.bucket import Bucket, Fetch
from makoto.adapters.stores.s3.errors import error_of
from makoto.adapters.stores.s3.objects import MARK
from makoto.errors import FieldError, Unavailable
from makoto.ports.provisioning import StoreRefused, StoreTaken

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from botocore.loaders import Loader

TOLD_AS_ABSENT = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound"})


@dataclass(frozen=True)
class RentedBucket:
    """One bucket. Its mark is an object that no listing of the tenant's shows; it says whether we made the bucket."""

    bucket: Bucket
    fetch: Fetch
    tenant_id: str
    can_create: bool = True

    def reach(self) -> None:
        """Ask for the bucket and make nothing; one that is not there yet is no mistake where it can be made."""
        with self._client() as client:
            if not self._exists(client):
                self._require_creation()

    def make(self) -> None:
        """Make what is missing; StoreTaken where the bucket is another tenant's or holds what is not ours."""
        with self._client() as client:
            is_new = not self._exists(client)
            if is_new:
                self._create(client)
            owner = self._owner(client)
            if owner is None and not is_new and self._holds(client):
                raise StoreTaken(f"objects: the bucket {self.bucket.name} holds objects that are not this tenant's")
            if owner is None:
                self._mark(client, is_new=is_new)
                owner = self._owner(client)
            if owner != self.tenant_id:
                raise StoreTaken(f"objects: the bucket {self.bucket.name} belongs to somebody else")
            self._prove_conditions(client)

    def remove(self) -> Sequence[str]:
        """Remove the mark, and the bucket if we made it; one that still holds objects stays and is named."""
        with self._client() as client:
            if not self._exists(client) or self._owner(client) != self.tenant_id:
                return ()
            if self._holds(client):
                return (self.bucket.name,)
            is_ours_to_delete = bool(self._told(client).get("made"))
            client.delete_object(Bucket=self.bucket.name, Key=MARK)
            if is_ours_to_delete:
                client.delete_bucket(Bucket=self.bucket.name)
        return ()

    def _exists(self, client: Any) -> bool:
        try:
            told = client.head_bucket(Bucket=self.bucket.name)
        except client.exceptions.ClientError as error:
            if _code(error) in TOLD_AS_ABSENT:
                return False
            raise
        self._require_region(told)
        return True

    def _require_region(self, told: dict[str, Any]) -> None:
        """Compare where a store says that the bucket lies, if it says it at all."""
        region = told["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", "")
        if region and region != self.bucket.region:
            detail = f"the bucket lies in {region} and not in {self.bucket.region}"
            raise OutsideRegions(detail, errors=[FieldError("/cloud/objects/region", "residency", detail)])

    def _require_creation(self) -> None:
        if not self.can_create:
            raise StoreRefused(
                f"objects: the bucket {self.bucket.name} does not exist; make it in the vendor's console"
            )

    def _create(self, client: Any) -> None:
        self._require_creation()
        place = {"CreateBucketConfiguration": {"LocationConstraint": self.bucket.region}}
        client.create_bucket(Bucket=self.bucket.name, **({} if self.bucket.region == "us-east-1" else place))

    def _mark(self, client: Any, *, is_new: bool) -> None:
        body = json.dumps({"tenant_id": self.tenant_id, "made": is_new}).encode()
        condition = {"IfNoneMatch": "*"} if self.bucket.dialect.creates_once else {}
        try:
            client.put_object(Bucket=self.bucket.name, Key=MARK, Body=body, **condition)
        except client.exceptions.ClientError as error:
            if _code(error) != "PreconditionFailed":
                raise  # another's mark came first; whose, the caller reads

    def _prove_conditions(self, client: Any) -> None:
        """See a second mark refused: a store that ignores the condition would overwrite what is to be kept."""
        if not self.bucket.dialect.creates_once:
            return
        body = json.dumps(self._told(client)).encode()
        try:
            client.put_object(Bucket=self.bucket.name, Key=MARK, Body=body, IfNoneMatch="*")
        except client.exceptions.ClientError as error:
            if _code(error) == "PreconditionFailed":
                return
            raise
        raise StoreRefused("objects: the store ignores If-None-Match, so an upload that must not overwrite would")

    def _owner(self, client: Any) -> str | None:
        return self._told(client).get("tenant_id")

    def _told(self, client: Any) -> dict[str, Any]:
        try:
            mark = client.get_object(Bucket=self.bucket.name, Key=MARK)
        except client.exceptions.ClientError as error:
            if _code(error) in TOLD_AS_ABSENT:
                return {}
            raise
        with mark["Body"] as body:
            told: dict[str, Any] = json.loads(body.read())
        return told

    def _holds(self, client: Any) -> bool:
        found = client.list_objects_v2(Bucket=self.bucket.name, MaxKeys=2).get("Contents", [])
        return any(each["Key"] != MARK for each in found)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Lend a client of botocore's, since obstore knows objects only; with the tenant's keys and nothing ambient."""
        client = _botocore_client(self.bucket, self.fetch)
        try:
            with _named():
                yield client
        finally:
            client.close()


def _botocore_client(bucket: Bucket, fetch: Fetch) -> Any:
    from botocore.config import Config
    from botocore.session import Session

    keys, session = fetch(0), Session()
    session.register_component("data_loader", _loader())
    return session.create_client(
        "s3",
        endpoint_url=bucket.endpoint.rstrip("/"),
        region_name=bucket.region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        verify=bucket.ca_path or True,
        config=Config(
            signature_version="s3v4",
            connect_timeout=2,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 3},
            s3={"addressing_style": bucket.addressing},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            proxies={},
        ),
    )


@cache
def _loader() -> "Loader":
    """The service's model, read from disk once (reading it is most of a client's cost)."""
    from botocore.loaders import create_loader

    return create_loader()


@contextmanager
def _named() -> Iterator[None]:
    """Say which act was refused, and translate the rest."""
    from botocore import exceptions as vendor

    try:
        yield
    except vendor.ClientError as error:
        code, act = _code(error), error.operation_name
        if code in ("AccessDenied", "403"):
            raise StoreRefused(f"objects: {act} was refused; the keys must be granted it") from error
        raise error_of(code) or StoreRefused(f"objects: {act} was refused ({code})") from error
    except vendor.BotoCoreError as error:
        raise Unavailable("the tenant's object store cannot be reached") from error


def _code(error: "ClientError") -> str:
    return str(error.response["Error"].get("Code", ""))
