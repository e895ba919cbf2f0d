"""Importing and compacting over DynamoDB and S3 as over memory."""

from functions.telemetry.compaction import CompactionPorts, compact_history
from functions.telemetry.manifest import entries_of
from functions.telemetry.model import CompactHistory
from makoto.adapters.clouds.memory import configuration as memory_configuration
from makoto.adapters.history_duckdb import connect
from makoto.ports.documents import Key
from tests.builders import settings
from tests.unit.codecs.messages import DEVICE
from tests.unit.telemetry.imported import HEADER, MINUTE_MS, Sender, row
from tests.unit.telemetry.world import World

HOURS = 100


def test_a_file_of_many_hours_is_imported_and_its_hours_compacted(world: World, now_ms: int) -> None:
    world.tenant.documents.put(Key("device", DEVICE), {"device_id": DEVICE})
    rows = [row("a", now_ms - each * 30 * MINUTE_MS, each) for each in range(HOURS * 2)]
    file = "".join([HEADER, *rows, "bad\n"]).encode()
    sender = Sender(file, world, part_bytes=4000).send()
    assert (sender.start().status, sender.start().accepted) == ("complete", HOURS * 2)
    assert list(sender.rejected()) == [HOURS * 2 + 2]

    configuration = memory_configuration.connect(settings())
    configuration.save_tenant(world.tenant.record)
    ports = CompactionPorts(configuration, connect(settings()), world.tenant.clock, lambda tenant_id: world.tenant)
    done = compact_history(CompactHistory(), ports)
    entries = list(entries_of(DEVICE, 0, 2**22, world.tenant))
    assert done.failures == ()
    assert sum(entry.rows for entry in entries) == HOURS * 2
    assert len({entry.hour for entry in entries}) >= len(entries) - 1
