"""Compaction: small files become one with the same readings; what no longer counts is deleted, and nothing else."""

from datetime import timedelta

import pytest

from functions.telemetry import compaction, keys
from functions.telemetry.retired import GRACE, ORPHAN_AFTER, PIECES_KEPT
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.domain import TenantStatus
from tests.builders import OTHER_TENANT, tenant_record
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.imported import HEADER, Sender, row
from tests.unit.telemetry.plant import DAY, HOUR, HOUR_MS, Plant, mortal_plant, plant_with


def test_an_hour_that_is_over_becomes_one_file_with_the_same_readings() -> None:
    plant = plant_with(7)
    before, readings = plant.figures(), sorted(plant.world.history(), key=repr)
    done = plant.later().compact()
    assert (done.merged, done.written, done.is_all, done.failures) == (7, 1, True, ())
    assert len(plant.entries()) == 1
    assert plant.figures() == before
    assert sorted(plant.world.history(), key=repr) == readings


def test_a_merged_file_is_sorted_by_metric_and_time_and_the_entry_says_what_it_holds() -> None:
    plant = plant_with(5)
    plant.later().compact()
    (entry,) = plant.entries()
    read = [(metric, t) for metric, t, *_ in plant.world.history()]
    assert read == sorted(read)
    assert (entry.rows, entry.t_min, entry.t_max) == (10, min(t for _, t in read), max(t for _, t in read))
    assert entry.file.bytes == plant.world.tenant.objects.head(entry.file.key).bytes
    assert entry.is_summarised


def test_a_second_run_finds_nothing_to_do() -> None:
    plant = plant_with(5).later()
    plant.compact()
    assert (plant.compact().merged, plant.compact().written) == (0, 0)


def test_the_present_hour_and_one_just_over_are_left_alone() -> None:
    plant = plant_with(5)
    assert plant.compact().merged == 0
    assert plant.later(timedelta(minutes=10)).compact().merged == 0
    assert plant.later(timedelta(minutes=10)).compact().merged == 5


def test_more_files_than_one_write_replaces_become_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MAX_FILES", 4)
    plant = plant_with(12)
    before = plant.figures()
    plant.later().compact()
    assert len(plant.entries()) == 1
    assert plant.figures() == before


def test_what_is_too_large_to_be_merged_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = plant_with(4)
    sizes = sorted(entry.file.bytes for entry in plant.entries())
    monkeypatch.setattr(compaction, "MAX_BYTES", sizes[0] + sizes[1] - 1)
    plant.later().compact()
    assert len(plant.entries()) == 4


def test_a_late_file_of_an_hour_already_merged_is_merged_into_it() -> None:
    plant = plant_with(5).later()
    plant.compact()
    plant.hear(at_ms=NOW_MS - 5)
    before = plant.figures()
    assert plant.compact().merged == 2
    assert len(plant.entries()) == 1
    assert plant.figures() == before


def test_a_late_file_of_a_month_ago_is_merged_within_a_day() -> None:
    plant = plant_with(3).later(30 * DAY)
    plant.compact()
    plant.hear(at_ms=NOW_MS - 5)
    assert plant.compact().merged == 0
    assert plant.later(DAY).compact().merged == 2
    assert plant.figures()["a"][0] == 4


def test_hours_with_imported_readings_still_say_so_when_merged() -> None:
    plant = plant_with(2)
    Sender((HEADER + row("a", NOW_MS - 9, 7)).encode(), plant.world).send()
    plant.later().compact()
    (entry,) = plant.entries()
    assert (entry.rows, entry.is_summarised) == (5, False)


def test_replaced_files_are_deleted_when_no_query_reads_them_any_more() -> None:
    plant = plant_with(5).later()
    plant.compact()
    assert len(plant.objects()) == 6
    assert plant.later(GRACE - timedelta(seconds=1)).compact().deleted == 0
    assert plant.later(timedelta(seconds=2)).compact().deleted == 5
    assert plant.objects() == {entry.file.key for entry in plant.entries()}


def test_files_that_nobody_names_are_swept_after_a_day_and_no_others() -> None:
    plant = plant_with(3)
    orphan = keys.object_key(DEVICE, NOW_MS // HOUR_MS, "orphan")
    plant.world.tenant.objects.upload(orphan, b"left by a crash", content_type="application/octet-stream")
    plant.compact()
    plant.later(ORPHAN_AFTER + HOUR)
    fresh = keys.object_key(DEVICE, NOW_MS // HOUR_MS, "fresh")
    plant.world.tenant.objects.upload(fresh, b"about to be named", content_type="application/octet-stream")
    assert plant.compact().swept == 1
    assert orphan not in plant.objects()
    assert fresh in plant.objects()
    assert plant.figures()["a"][0] == 3


def test_a_sweep_leaves_replaced_files_to_their_grace_period() -> None:
    plant = plant_with(3).later(2 * DAY)
    done = plant.compact()
    assert (done.merged, done.swept, len(plant.objects())) == (3, 0, 4)


def test_pieces_of_imported_files_are_kept_for_a_month() -> None:
    plant = Plant()
    Sender((HEADER + row()).encode(), plant.world).send()
    plant.compact()
    assert plant.later(PIECES_KEPT - DAY).compact().swept == 0
    assert plant.later(DAY + HOUR).compact().swept == 1


def test_a_merged_file_with_too_few_readings_is_not_used() -> None:
    plant = plant_with(3).later()
    entry = plant.entries()[0]
    data = plant.world.tenant.documents.get(entry.key).data
    plant.world.tenant.documents.put(entry.key, {**data, "rows": 5})
    (failure,) = plant.compact().failures
    assert failure.problem == "readings-missing"
    assert len(plant.entries()) == 3


@pytest.mark.parametrize("is_gone", [False, True])
def test_an_hour_with_a_broken_or_missing_file_is_left_and_the_others_are_merged(is_gone: bool) -> None:
    plant = plant_with(2)
    plant.hear(2, at_ms=NOW_MS - HOUR_MS)
    objects, broken = plant.world.tenant.objects, plant.entries()[0].file.key
    objects.delete(broken) if is_gone else objects.upload(broken, b"PAR1", content_type="text/plain")
    (failure,) = plant.later().compact().failures
    assert failure.problem == ("object-not-found" if is_gone else "unreadable-history")
    assert len(plant.entries()) == 3


def test_a_run_without_time_leaves_everything_for_the_next_one() -> None:
    plant = plant_with(3).later()
    done = plant.compact(budget_s=1e-9)
    assert (done.is_all, done.merged) == (False, 0)
    assert plant.compact().merged == 3


@pytest.mark.parametrize("hour", [0, 1])
def test_one_tenants_failure_does_not_stop_the_others(hour: int) -> None:
    plant = plant_with(3)
    broken, objects = mortal_plant(MemoryDocuments())
    broken.hear(2)
    plant.others[OTHER_TENANT] = broken.world
    plant.configuration.save_tenant(tenant_record(OTHER_TENANT))
    plant.later(2 * HOUR + hour * HOUR)
    broken.later(2 * HOUR)
    objects.is_dying = True
    done = plant.compact()
    assert [failure.tenant_id for failure in done.failures] == [OTHER_TENANT]
    assert len(plant.entries()) == 1


def test_tenants_that_are_not_active_or_not_named_are_left_alone() -> None:
    plant = plant_with(3).later()
    assert plant.compact(tenant_ids=(OTHER_TENANT,)).tenants == 0
    plant.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))
    assert plant.compact().tenants == 0
    assert len(plant.entries()) == 3
