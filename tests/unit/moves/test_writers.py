"""What a writer meets while its tenant moves: nothing, a pause, and never a lost write."""

from collections.abc import Callable, Iterator

import pytest

from makoto.ports.documents import Key, Put
from makoto.ports.gate import TenantSwitched, TenantSwitching, UploadsWait
from makoto.ports.move_entry import MoveStep
from tests.unit.moves.world import SEEN_S, World


def test_writers_go_on_and_nothing_is_lost_or_doubled(world: World) -> None:
    written: dict[str, int] = {}
    refused: list[str] = []

    def work() -> None:
        number = len(written) + len(refused)
        try:
            tenant = world.writer()
            tenant.documents.put(Key("live", f"{number:05}"), {"n": number})
            written[f"{number:05}"] = number
            tenant.documents.put(Key("live", "counter"), {"n": number})
            tenant.documents.delete(Key("line-0", f"part-{number * 7:04}"))
            tenant.objects.upload("live/last.txt", str(number).encode(), content_type="text/plain")
            tenant.secrets.put("live", f"value {number}")
        except TenantSwitching as error:
            refused.append(str(error))

    world.is_piecewise = True
    world.start()

    move = world.run(meanwhile=work)
    work()  # once more, at the target

    assert move.differences == 0

    there = world.raw(world.target)
    found = [each for each in world.documents(world.target) if each.key.partition == "live"]
    assert {each.key.id: each.data["n"] for each in found if each.key.id != "counter"} == written
    assert refused
    last = max(written.values())
    assert there.documents.get(Key("live", "counter")).data == {"n": last}
    assert there.objects.download("live/last.txt") == str(last).encode()
    assert there.secrets.read_through("live").reveal() == f"value {last}"
    assert there.documents.find(Key("line-0", "part-0000")) is None


def test_a_write_in_the_pause_is_refused_with_a_time_and_passes_afterwards(world: World) -> None:
    world.start()
    world.run([MoveStep.DRAIN])
    world.clock.advance(SEEN_S)
    tenant = world.writer()

    with pytest.raises(TenantSwitching) as refused:
        tenant.documents.put(Key("line-0", "new"), {"n": 1})

    assert refused.value.retry_after_s
    assert tenant.documents.get(Key("line-0", "part-0000")).data["n"] == 0  # readers are not refused
    world.run()
    world.writer().documents.put(Key("line-0", "new"), {"n": 1})
    assert world.raw(world.target).documents.find(Key("line-0", "new")) is not None
    assert world.raw(world.source).documents.find(Key("line-0", "new")) is None


@pytest.mark.parametrize("act", ["document", "batch", "atomic", "object", "stream", "removal", "copy", "secret"])
def test_every_kind_of_write_is_refused_in_the_pause(world: World, act: str) -> None:
    world.start()
    world.run([MoveStep.DRAIN])
    world.clock.advance(SEEN_S)
    tenant = world.writer()
    put = Put(Key("line-0", "new"), {"n": 1})
    acts: dict[str, Callable[[], object]] = {
        "document": lambda: tenant.documents.delete(Key("line-0", "part-0000")),
        "batch": lambda: tenant.documents.batch_put([put]),
        "atomic": lambda: tenant.documents.atomic([put]),
        "object": lambda: tenant.objects.upload("a", b"a", content_type="text/plain"),
        "stream": lambda: tenant.objects.upload("a", iter([b"a" * 9_000_000]), content_type="text/plain"),
        "removal": lambda: tenant.objects.delete_many(["drawings/1.png"]),
        "copy": lambda: tenant.objects.copy("drawings/1.png", "b"),
        "secret": lambda: tenant.secrets.put("mail-token", "new"),
    }
    before = world.contents(world.source)

    with pytest.raises(TenantSwitching):
        acts[act]()

    assert world.contents(world.source) == before


def test_a_request_that_began_before_the_switch_does_not_write_to_the_source_after_it(world: World) -> None:
    world.start()
    world.run([MoveStep.CATCH_UP])
    tenant = world.writer()
    world.run()
    world.clock.advance(SEEN_S)

    with pytest.raises(TenantSwitched):
        tenant.documents.put(Key("line-0", "late"), {"n": 1})

    assert world.raw(world.source).documents.find(Key("line-0", "late")) is None


def test_a_stream_begun_before_the_pause_stores_nothing_when_it_ends_in_it(world: World) -> None:
    world.start()
    world.run([MoveStep.CATCH_UP])
    tenant = world.writer()

    def slow() -> Iterator[bytes]:
        yield b"x" * 9_000_000
        world.run([MoveStep.DRAIN])
        world.clock.advance(SEEN_S)
        yield b"x"

    with pytest.raises(TenantSwitching):
        tenant.objects.upload("big", slow(), content_type="video/mp4")

    assert "big" not in world.contents(world.source)["objects"]


def test_a_long_stream_is_announced_again_at_its_end(world: World) -> None:
    """Its first announcement may have been worked off long before the object appears."""
    world.start()
    world.run([MoveStep.COPY_DOCUMENTS])
    tenant = world.writer()

    def slow() -> Iterator[bytes]:
        yield b"x" * 9_000_000
        world.clock.advance(3600)
        world.run([MoveStep.CATCH_UP])
        world.turn()
        assert not [each for each in world.left_of_moves(world.source) if each.key.partition != "journal/marker"]

    tenant.objects.upload("big", slow(), content_type="video/mp4")
    world.run()

    assert len(world.contents(world.target)["objects"]["big"]) == 9_000_000


def test_ordinary_times_cost_no_journal(world: World) -> None:
    world.writer().documents.put(Key("line-0", "new"), {"n": 1})

    assert world.left_of_moves(world.source) == []


def test_an_address_to_upload_to_is_not_given_out_while_a_tenant_moves(world: World) -> None:
    world.writer().objects.signed_url("a", method="PUT", expires_in_s=60)
    world.start()
    world.run([MoveStep.CATCH_UP])
    world.clock.advance(SEEN_S)

    with pytest.raises(UploadsWait):
        world.writer().objects.signed_url("a", method="PUT", expires_in_s=60)

    world.writer().objects.signed_url("a", method="GET", expires_in_s=60)


def test_what_comes_to_the_source_by_an_old_address_is_brought_after_the_switch(world: World) -> None:
    world.start()
    world.run()
    old = world.raw(world.source).objects
    old.upload("late/new.txt", b"late", content_type="text/plain")
    old.upload("drawings/1.png", b"late over old", content_type="image/png")
    old.upload("drawings/2.png", b"late over newer", content_type="image/png")
    world.clock.advance(1)
    world.writer().objects.upload("drawings/2.png", b"newer", content_type="image/png")

    world.run([MoveStep.GRACE])

    there = world.contents(world.target)["objects"]
    assert there["late/new.txt"] == b"late"
    assert there["drawings/1.png"] == b"late over old"
    assert there["drawings/2.png"] == b"newer"


def test_an_object_deleted_after_the_switch_does_not_come_back(world: World) -> None:
    world.start()
    world.run()
    world.writer().objects.delete("drawings/1.png")

    world.run(through_grace=True)

    assert "drawings/1.png" not in world.contents(world.target)["objects"]
