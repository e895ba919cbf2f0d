"""A certificate authority of this laptop's own, for servers whose SDK insists on TLS."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NAME = "Makoto laptop"
BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
ENDS = datetime(2049, 12, 31, tzinfo=UTC)

Signed: TypeAlias = tuple["x509.Certificate", "EllipticCurvePrivateKey"]


@dataclass(frozen=True, slots=True)
class Authority:
    """Trust `ca_path` and every server of this folder is trusted; nothing else signs with its key."""

    folder: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "Authority":
        """Return the authority kept in this folder, made now if there is none."""
        authority = cls(folder)
        with authority._alone():
            if not authority.ca_path.exists():
                _keep(_authority(), authority.ca_path, authority._ca_key_path)
        return authority

    @property
    def ca_path(self) -> Path:
        """What a client has to trust."""
        return self.folder / "ca.pem"

    @property
    def _ca_key_path(self) -> Path:
        return self.folder / "ca.key"

    def server_certificate(self) -> tuple[Path, Path]:
        """Return the paths of the certificate and of its key for 127.0.0.1 and localhost, made now if missing."""
        certificate, key = self.folder / "server.pem", self.folder / "server.key"
        with self._alone():
            if not certificate.exists():
                _keep(_server(_kept(self.ca_path, self._ca_key_path)), certificate, key)
        return certificate, key

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two processes that start at once from making two authorities."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _authority() -> Signed:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(NAME, _name(NAME), key, ENDS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return _signed(builder, key), key


def _server(authority: Signed) -> Signed:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer, issuer_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = _builder("localhost", issuer.subject, key, ENDS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(identifier, critical=False)
    return _signed(builder, issuer_key), key


def _builder(
    subject: str, issuer: "x509.Name", key: "EllipticCurvePrivateKey", ends: datetime
) -> "x509.CertificateBuilder":
    from cryptography import x509

    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(BEGINS).not_valid_after(ends)
    return builder.add_extension(identifier, critical=False)


def _name(common_name: str) -> "x509.Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: "x509.CertificateBuilder", key: "EllipticCurvePrivateKey") -> "x509.Certificate":
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def _keep(signed: Signed, certificate_path: Path, key_path: Path) -> None:
    """Write the key first, so that a certificate that is there has its key."""
    from cryptography.hazmat.primitives import serialization as form

    certificate, key = signed
    key_path.touch(mode=0o600)
    key_path.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    certificate_path.write_bytes(certificate.public_bytes(form.Encoding.PEM))


def _kept(certificate_path: Path, key_path: Path) -> Signed:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(key_path.read_bytes(), None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError(f"{key_path} is no key of this authority")
    return x509.load_pem_x509_certificate(certificate_path.read_bytes()), key
