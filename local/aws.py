"""The laptop's own way into the emulator: boto3 clients as the root user of one account."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local.settings import PLATFORM_ACCOUNT, REGION

CONFIG = Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=120)


@dataclass(frozen=True)
class Aws:
    """Makes clients; in the emulator a twelve-digit access key selects the account."""

    endpoint: str
    account: str = PLATFORM_ACCOUNT

    def client(self, service: str) -> Any:  # boto3 builds its client classes at run time
        session = boto3.session.Session(
            aws_access_key_id=self.account, aws_secret_access_key="laptop", region_name=REGION
        )
        return session.client(service, endpoint_url=self.endpoint, config=CONFIG)
