"""AWS IoT Core as the registry of things and certificates."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from makoto.errors import Conflict, NotFound, Throttled, Unavailable
from makoto.ports.fleet import Fleet, IssuedCertificate, MqttEndpoint
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

MQTT_PORT = 8883
DELETE_WAITS_S = (0.0, 0.3, 0.7, 1.5)  # AWS: a detached principal "might take several seconds to propagate"
AMAZON_ROOT_CA_1 = Path(__file__).with_name("amazon_root_ca_1.pem")  # https://www.amazontrust.com/repository/


class IotFleet:
    """Things of one thing type; certificates speak through one policy that reads the thing's attributes.

    The thing type bears the policy's name and is deployed with it. It is needed: a thing without a type has at most 3
    attributes.
    """

    def __init__(self, client: "IoTClient", settings: RuntimeSettings) -> None:
        self._client = client
        self._settings = settings
        self._policy = settings.device_policy_name

    def put_thing(self, thing_name: str, attributes: dict[str, str]) -> None:
        with _translated():
            try:
                self._client.create_thing(
                    thingName=thing_name, thingTypeName=self._policy, attributePayload={"attributes": attributes}
                )
            except self._client.exceptions.ResourceAlreadyExistsException:
                self._client.update_thing(
                    thingName=thing_name, attributePayload={"attributes": attributes, "merge": False}
                )

    def delete_thing(self, thing_name: str) -> None:
        with _translated():
            self._when_detached(lambda: self._client.delete_thing(thingName=thing_name))

    def create_certificate(self) -> IssuedCertificate:
        with _translated():
            made = self._client.create_keys_and_certificate(setAsActive=False)
        return IssuedCertificate(
            certificate_id=made["certificateId"],
            certificate_pem=made["certificatePem"],
            private_key_pem=SecretStr(made["keyPair"]["PrivateKey"]),
        )

    def attach(self, thing_name: str, certificate_id: str) -> None:
        arn = self._arn(certificate_id)
        with _translated():
            self._client.attach_thing_principal(thingName=thing_name, principal=arn)
            self._client.attach_policy(policyName=self._policy, target=arn)

    def set_active(self, certificate_id: str, *, active: bool) -> None:
        with _translated():
            self._client.update_certificate(certificateId=certificate_id, newStatus="ACTIVE" if active else "INACTIVE")

    def delete_certificate(self, thing_name: str, certificate_id: str) -> None:
        with suppress(NotFound), _translated():
            self._client.update_certificate(certificateId=certificate_id, newStatus="INACTIVE")
            self._client.detach_policy(policyName=self._policy, target=self._arn(certificate_id))
            self._detach_thing(thing_name, certificate_id)
            self._when_detached(lambda: self._client.delete_certificate(certificateId=certificate_id, forceDelete=True))

    def certificates_of(self, thing_name: str) -> tuple[str, ...]:
        pages = self._client.get_paginator("list_thing_principals").paginate(thingName=thing_name)
        try:
            with _translated():
                return tuple(arn.rpartition("/")[2] for page in pages for arn in page["principals"])
        except NotFound:
            return ()

    def endpoint(self) -> MqttEndpoint:
        if self._settings.emulator_url:
            return MqttEndpoint(host="127.0.0.1", port=self._settings.emulator_mqtt_port, ca_pem=self._emulator_ca())
        with _translated():
            host = self._client.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        return MqttEndpoint(host=host, port=MQTT_PORT, ca_pem=AMAZON_ROOT_CA_1.read_text())

    def _detach_thing(self, thing_name: str, certificate_id: str) -> None:
        with suppress(self._client.exceptions.ResourceNotFoundException):  # the thing is gone; the certificate stays
            self._client.detach_thing_principal(thingName=thing_name, principal=self._arn(certificate_id))

    def _when_detached(self, delete: Callable[[], object]) -> None:
        """Delete what was detached a moment ago, which IoT Core refuses until the detachment has propagated."""
        errors = self._client.exceptions
        for wait_s in DELETE_WAITS_S:
            time.sleep(wait_s)
            with suppress(errors.DeleteConflictException, errors.InvalidRequestException):
                delete()
                return
        raise Unavailable("a thing or certificate is inactive and detached but could not be deleted yet")

    def _arn(self, certificate_id: str) -> str:
        place = f"{self._client.meta.partition}:iot:{self._settings.region}:{self._settings.account_id}"
        return f"arn:{place}:cert/{certificate_id}"

    def _emulator_ca(self) -> str:
        import urllib3

        try:
            url = f"{self._settings.emulator_url}/_ministack/iot/ca.pem"
            answer = urllib3.request("GET", url, timeout=5.0, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("the emulator's certificate authority does not answer") from error
        if answer.status != 200:
            raise Unavailable("the emulator has no certificate authority")
        return answer.data.decode()


@contextmanager
def _translated() -> Iterator[None]:
    """Make the platform's kinds of AWS IoT's errors; what is a fault of ours stays as it is."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "ResourceNotFoundException":
                raise NotFound("the thing or its certificate is not registered at the broker") from error
            case "ThrottlingException" | "LimitExceededException":
                raise Throttled("the broker's registry is busy", retry_after_s=2) from error
            case "ServiceUnavailableException" | "InternalFailureException" | "InternalException":
                raise Unavailable("the broker's registry does not answer") from error
            case "VersionConflictException" | "ConflictingResourceUpdateException" | "TransferConflictException":
                raise Conflict("the thing is being changed by another") from error
        raise
    except BotoCoreError as error:
        raise Unavailable("the broker's registry does not answer") from error


def connect(settings: RuntimeSettings) -> Fleet:
    """Use the platform account's IoT Core with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    return Fleet(IotFleet(platform_client("iot"), settings))
