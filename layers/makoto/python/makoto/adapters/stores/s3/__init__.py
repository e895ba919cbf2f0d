"""Objects in S3 and what speaks its language."""

from makoto.adapters.stores.s3.bucket import Bucket, Dialect, Keys, open_bucket
from makoto.adapters.stores.s3.objects import S3Objects

__all__ = ["Bucket", "Dialect", "Keys", "S3Objects", "open_bucket"]
