"""The registry of things and their certificates at the MQTT broker."""

from typing import Protocol

from pydantic import SecretStr

from makoto.domain import Value
from makoto.errors import MakotoError


class IssuedCertificate(Value):
    """A certificate at the one moment its private key is known; nobody keeps the key, its text form is masked."""

    certificate_id: str
    certificate_pem: str
    private_key_pem: SecretStr


class MqttEndpoint(Value):
    """Where devices connect with MQTT over mutual TLS, and the authority that signed the broker's certificate."""

    host: str
    port: int
    ca_pem: str


class FleetDriver(Protocol):
    """What a broker's registry must do; every call but `create_certificate` may be repeated without harm."""

    def put_thing(self, thing_name: str, attributes: dict[str, str]) -> None:
        """Create the thing, or give the existing one exactly these attributes."""

    def delete_thing(self, thing_name: str) -> None:
        """Delete a thing without certificates; an unknown one is no error."""

    def create_certificate(self) -> IssuedCertificate:
        """Make a key pair and an inactive certificate that belongs to nothing and may do nothing."""

    def attach(self, thing_name: str, certificate_id: str) -> None:
        """Make the certificate the thing's and let the device policy speak for it."""

    def set_active(self, certificate_id: str, *, active: bool) -> None:
        """Let the broker accept or refuse the certificate; NotFound when there is none."""

    def delete_certificate(self, thing_name: str, certificate_id: str) -> None:
        """Deactivate, detach and delete; an unknown certificate is no error."""

    def certificates_of(self, thing_name: str) -> tuple[str, ...]:
        """The ids of the thing's certificates; none when the thing is unknown."""

    def endpoint(self) -> MqttEndpoint:
        """The address that devices are told."""


class Fleet:
    """Things and certificates, so that no failure leaves a certificate that works and that nobody knows."""

    def __init__(self, driver: FleetDriver) -> None:
        self._driver = driver

    def create_thing(self, thing_name: str, attributes: dict[str, str]) -> None:
        """Create or correct the thing; the broker's policy reads its attributes."""
        self._driver.put_thing(thing_name, attributes)

    def issue_certificate(self, thing_name: str) -> IssuedCertificate:
        """Issue an inactive certificate of this thing; `activate` it once it is recorded.

        A process that dies between the registry's two calls leaves at most a certificate that is inactive, has no
        policy and whose key nobody received.
        """
        issued = self._driver.create_certificate()
        try:
            self._driver.attach(thing_name, issued.certificate_id)
        except MakotoError:
            self._driver.delete_certificate(thing_name, issued.certificate_id)
            raise
        return issued

    def activate(self, certificate_id: str) -> None:
        """Let the broker accept the certificate."""
        self._driver.set_active(certificate_id, active=True)

    def deactivate(self, certificate_id: str) -> None:
        """Let the broker refuse the certificate at its next connection."""
        self._driver.set_active(certificate_id, active=False)

    def certificates_of(self, thing_name: str) -> tuple[str, ...]:
        """The ids of the thing's certificates, known to us or not."""
        return self._driver.certificates_of(thing_name)

    def discard_certificate(self, thing_name: str, certificate_id: str) -> None:
        """Deactivate and delete a certificate for good."""
        self._driver.delete_certificate(thing_name, certificate_id)

    def remove_thing(self, thing_name: str) -> None:
        """Delete the thing and every certificate of it."""
        for certificate_id in self._driver.certificates_of(thing_name):
            self._driver.delete_certificate(thing_name, certificate_id)
        self._driver.delete_thing(thing_name)

    def endpoint(self) -> MqttEndpoint:
        """Where a device connects."""
        return self._driver.endpoint()
