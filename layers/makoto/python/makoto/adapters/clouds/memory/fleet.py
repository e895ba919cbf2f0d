"""A broker's registry in memory; its PEM texts are marks, not certificates."""

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from pydantic import SecretStr

from makoto.errors import NotFound
from makoto.ports.fleet import Fleet, IssuedCertificate, MqttEndpoint
from makoto.settings import RuntimeSettings


def _pem(label: str, text: str) -> str:
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n"


@dataclass
class MemoryFleet:
    """Things, certificates and who belongs to whom."""

    things: dict[str, dict[str, str]] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=dict)
    attached: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _issued: int = 0

    def put_thing(self, thing_name: str, attributes: dict[str, str]) -> None:
        self.things[thing_name] = dict(attributes)

    def delete_thing(self, thing_name: str) -> None:
        self.things.pop(thing_name, None)

    def create_certificate(self) -> IssuedCertificate:
        with self._lock:
            self._issued += 1
            certificate_id = sha256(f"certificate {self._issued}".encode()).hexdigest()
            self.active[certificate_id] = False
        return IssuedCertificate(
            certificate_id=certificate_id,
            certificate_pem=_pem("CERTIFICATE", certificate_id),
            private_key_pem=SecretStr(_pem("RSA PRIVATE KEY", f"key of {certificate_id}")),
        )

    def attach(self, thing_name: str, certificate_id: str) -> None:
        if thing_name not in self.things or certificate_id not in self.active:
            raise NotFound("the thing or its certificate is not registered")
        names = self.attached.setdefault(thing_name, [])
        if certificate_id not in names:
            names.append(certificate_id)

    def set_active(self, certificate_id: str, *, active: bool) -> None:
        if certificate_id not in self.active:
            raise NotFound("the certificate is not registered")
        self.active[certificate_id] = active

    def delete_certificate(self, thing_name: str, certificate_id: str) -> None:
        self.active.pop(certificate_id, None)
        names = self.attached.get(thing_name, [])
        if certificate_id in names:
            names.remove(certificate_id)

    def certificates_of(self, thing_name: str) -> tuple[str, ...]:
        return tuple(self.attached.get(thing_name, ()))

    def endpoint(self) -> MqttEndpoint:
        return MqttEndpoint(host="127.0.0.1", port=8883, ca_pem=_pem("CERTIFICATE", "authority"))


@lru_cache(maxsize=1)
def connect(settings: RuntimeSettings) -> Fleet:
    """One broker a process, as the functions of an environment share one."""
    return Fleet(MemoryFleet())
