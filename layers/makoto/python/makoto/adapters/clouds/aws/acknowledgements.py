"""Acknowledgements by way of IoT Core's HTTPS endpoint."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.aws.errors import translated
from makoto.ports.acknowledgements import Acknowledgements
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_iot_data import IoTDataPlaneClient


class IotAcknowledgements:
    """Publishes with QoS 1; the account's endpoint is looked up once, when it is first needed."""

    def __init__(self, open_client: "Callable[[], IoTDataPlaneClient]") -> None:
        self._open_client = open_client
        self._client: IoTDataPlaneClient | None = None

    def send(self, topic: str, body: bytes) -> None:
        with translated():
            self._client = self._client or self._open_client()
            self._client.publish(topic=topic, qos=1, payload=body, contentType="application/json")


def connect(settings: RuntimeSettings) -> Acknowledgements:
    """Use the function's own role, at the account's own endpoint (the default one is for legacy certificates)."""

    def open_client() -> Any:
        import boto3

        from makoto.adapters.clouds.aws.session import client_config, platform_client

        if settings.emulator_url:
            return platform_client("iot-data")
        address = platform_client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        return boto3.client("iot-data", endpoint_url=f"https://{address}", config=client_config())

    return Acknowledgements(IotAcknowledgements(open_client))
