"""A device's credentials, as the devices API returns them, one JSON file a device."""

from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class UnreadableCredentials(ValueError):
    """The file is not what the devices API returns."""


class Credentials(BaseModel):
    """`topic` is `dt/{tenant}/{site}/{area}/{line}/{cell}`; `client_id` is `{tenant}_{device}`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    certificate_pem: str
    private_key_pem: str = Field(repr=False)
    endpoint: str
    port: int = Field(gt=0, lt=65536)
    client_id: str = Field(pattern=r"^[^_]+_[^_]+$")
    topic: str = Field(pattern=r"^dt(/[^/+#]+){5}$")
    ca_pem: str

    @property
    def tenant_id(self) -> str:
        return self.client_id.split("_")[0]

    @property
    def device_id(self) -> str:
        return self.client_id.split("_")[1]

    @property
    def site(self) -> str:
        return self.topic.split("/")[2]

    @property
    def line(self) -> str:
        return self.topic.split("/")[4]

    @property
    def acknowledgement_topic(self) -> str:
        return f"ack/{self.tenant_id}/{self.device_id}"

    @property
    def host(self) -> str:
        """Names under .localhost are loopback by RFC 6761 (section 6.3), which not every resolver knows."""
        is_loopback = self.endpoint == "localhost" or self.endpoint.endswith(".localhost")
        return "127.0.0.1" if is_loopback else self.endpoint


class _Answer(BaseModel):
    """The API's whole answer, which also holds the device."""

    credentials: Credentials


def read_credentials(file: Path) -> Credentials:
    """Accept the credentials alone or the answer they came in."""
    text = file.read_bytes()
    try:
        return _Answer.model_validate_json(text).credentials
    except ValidationError:
        try:
            return Credentials.model_validate_json(text)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, one["loc"])) or one["type"] for one in error.errors())
            raise UnreadableCredentials(f"{file}: not a device's credentials ({fields})") from None


def read_all(folder: Path, devices: Collection[str] = ()) -> list[Credentials]:
    """Every *.json of the folder, or only the devices named; raise when there is none."""
    found = [read_credentials(file) for file in sorted(folder.glob("*.json"))]
    chosen = [one for one in found if not devices or one.device_id in devices]
    if not chosen:
        raise UnreadableCredentials(f"{folder}: no credentials of {', '.join(devices) or 'any device'}")
    return chosen
