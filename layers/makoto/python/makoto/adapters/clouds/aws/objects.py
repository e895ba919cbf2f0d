"""What a bucket in AWS is like."""

from makoto.adapters.stores.s3.bucket import Bucket, Dialect

AWS = Dialect(checksums=True)


def bucket_of(name: str, region: str, *, endpoint_url: str | None = None, key_id: str | None = None) -> Bucket:
    """Say where a bucket is; `endpoint_url` is the emulator's, where it is one."""
    if endpoint_url is not None:
        return Bucket(name, region, endpoint_url, addressing="path", dialect=AWS, key_id=key_id)
    return Bucket(name, region, f"https://s3.{region}.amazonaws.com", dialect=AWS, key_id=key_id)
