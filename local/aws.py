"""The laptop's own way into the emulator: boto3 clients as the root user of one account."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local.settings import PLATFORM_ACCOUNT, REGION

ANY_SECRET = "laptop"  # noqa: S105 - the emulator takes every secret of an account's root user
CONFIG = Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=120)


@dataclass(frozen=True)
class Aws:
    """Makes clients; in the emulator a twelve-digit access key selects the account."""

    endpoint: str
    account: str = PLATFORM_ACCOUNT

    def client(self, service: str) -> Any:  # boto3 builds its client classes at run time, by a name given here
        make: Any = boto3.session.Session(
            aws_access_key_id=self.account, aws_secret_access_key=ANY_SECRET, region_name=REGION
        ).client
        return make(service, endpoint_url=self.endpoint, config=CONFIG)
