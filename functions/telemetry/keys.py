"""Where telemetry lies in a tenant's stores.

All of a device lies in one partition, since a store may be atomic within one only; the id begins with what it is.
"""

from datetime import UTC, datetime

from makoto.codecs.telemetry import Kind
from makoto.domain import DeviceId, EquipmentPath
from makoto.ports.documents import Key

LATEST = "latest"
_RECORDS = {Kind.BIRTH: "birth", Kind.STATE: "state", Kind.COUNTERS: "counters", Kind.ALARM: "alarm"}
_HOUR_S = 3600


def registered_key(device: DeviceId) -> Key:
    """Where the devices domain keeps a device; telemetry reads only that it is there."""
    return Key("device", device)


def partition_of(device: DeviceId) -> str:
    """Where everything of a device lies but its newest values."""
    return f"telemetry#{device}"


def prefix_of(kind: str) -> str:
    """What the ids of one kind of document begin with."""
    return f"{kind}#"


def ledger_key(device: DeviceId) -> Key:
    return Key(partition_of(device), "ledger")


def latest_key(path: EquipmentPath | str, device: DeviceId) -> Key:
    """One partition for all devices, ordered by the equipment hierarchy: a line is a prefix."""
    return Key(LATEST, f"{path}/{device}")


def minute_key(device: DeviceId, name: str) -> Key:
    return Key(partition_of(device), prefix_of("rollup") + name)


def file_key(device: DeviceId, hour: int, ulid: str) -> Key:
    """The manifest's entry of a file; a file without one does not count."""
    return Key(partition_of(device), f"{prefix_of('history')}{hour_name(hour)}#{ulid}")


def stale_key(device: DeviceId, hour: int) -> Key:
    """Says that an hour that was sealed has readings that its pages lack."""
    return Key(partition_of(device), prefix_of("stale") + hour_name(hour))


def mark_key(device: DeviceId, mark: str) -> Key:
    return Key(partition_of(device), prefix_of("seen") + mark)


def quarantine_key(device: DeviceId, received_at_ms: int, mark: str) -> Key:
    return Key(partition_of(device), f"{prefix_of('quarantine')}{instant_name(received_at_ms)}#{mark}")


def record_key(kind: Kind, device: DeviceId, t_ms: int, session: str, seq: int) -> Key:
    """A birth, state, counters or alarm, by its time."""
    return Key(partition_of(device), f"{prefix_of(_RECORDS[kind])}{instant_name(t_ms)}#{session}#{seq}")


def object_key(device: DeviceId, hour: int, ulid: str) -> str:
    """Where a file lies, as Athena and DuckDB read partitions from folders."""
    at = datetime.fromtimestamp(hour * _HOUR_S, UTC)
    return f"{device_folder(device)}date={at:%Y-%m-%d}/hour={at:%H}/{ulid}.parquet"


def device_folder(device: DeviceId) -> str:
    return f"telemetry/device={device}/"


def hour_name(hour: int) -> str:
    """Name an hour since 1970-01-01 UTC, `YYYY-MM-DDTHH`."""
    return datetime.fromtimestamp(hour * _HOUR_S, UTC).strftime("%Y-%m-%dT%H")


def instant_name(ms: int) -> str:
    """Name an instant so that names sort as the instants do."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"
