"""Two active tenants with a device each on the memory cloud, and what reaches them by the queue and over HTTP."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from functions.telemetry import messages
from makoto.codecs.telemetry import Kind
from makoto.domain import PLATFORM_TENANT_ID, ms_from_instant
from makoto.ports.configuration import CertificateRecord
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record
from tests.unit.codecs.messages import DEVICE

PLACE = {"site": "nagoya", "area": "machining", "line": "line-1", "cell": "cell-1"}
PATH = "/".join(PLACE.values())


def certificate_of(tenant_id: str) -> str:
    return f"certificate-of-{tenant_id}"


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
        record = CertificateRecord(
            certificate_id=certificate_of(tenant_id), tenant_id=tenant_id, device_id=DEVICE, **PLACE
        )
        platform.configuration.save_certificate(record)


@pytest.fixture
def now_ms(platform: Platform) -> int:
    return ms_from_instant(platform.clock.now())


@dataclass
class Queue:
    """Records as the IoT rule puts them on the queue."""

    now_ms: int
    records: list[dict[str, str]] = field(default_factory=list)

    def add(
        self,
        document: Any,
        *,
        tenant_id: str = TENANT,
        kind: Kind = Kind.TELEMETRY,
        topic: str | None = None,
        client_id: str | None = None,
        principal: str | None = None,
    ) -> str:
        """Add a message and return its id."""
        raw = document if isinstance(document, bytes) else orjson.dumps(document)
        rule = {
            "payload": base64.b64encode(raw).decode(),
            "topic": f"dt/{tenant_id}/{PATH}/{kind}" if topic is None else topic,
            "client_id": f"{tenant_id}_{DEVICE}" if client_id is None else client_id,
            "principal": certificate_of(tenant_id) if principal is None else principal,
            "received_at": self.now_ms,
        }
        return self.add_body(orjson.dumps(rule).decode())

    def add_body(self, body: str) -> str:
        message_id = f"message-{len(self.records)}"
        self.records.append({"messageId": message_id, "body": body, "eventSource": "aws:sqs"})
        return message_id

    def deliver(self) -> list[str]:
        """Hand everything to the function, as often as it is called; return the ids that shall come again."""
        answer = messages.handler({"Records": self.records}, lambda_context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def queue(now_ms: int) -> Queue:
    return Queue(now_ms)


@pytest.fixture
def stored(platform: Platform) -> Callable[..., list[dict[str, Any]]]:
    """What a partition of a tenant's documents holds."""
    from makoto.ports.documents import Query

    def read(partition: str, prefix: str = "", tenant_id: str = TENANT) -> list[dict[str, Any]]:
        assert tenant_id != PLATFORM_TENANT_ID
        tenant = platform.open_tenant(tenant_id, None, "test")
        return [dict(found.data) for found in tenant.documents.query(Query(partition, prefix, limit=1000)).items]

    return read


@pytest.fixture
def rejected(platform: Platform) -> Callable[[], list[str]]:
    """Why messages lie in the rejected queue."""

    def reasons() -> list[str]:
        return [orjson.loads(letter)["reason"] for letter in platform.dead_letters.driver.kept]  # type: ignore[attr-defined]  # the memory driver remembers

    return reasons
