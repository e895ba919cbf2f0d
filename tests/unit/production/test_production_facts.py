"""What production tells other domains."""

from collections import Counter

from makoto.events.catalogue import CATALOGUE
from tests.unit.production.shopfloor import GRINDER, LATHE, LINE, Shop


def names(floor: Shop, order_id: str = "wo-1") -> list[str]:
    return [each.detail_type.removeprefix("production.").removesuffix(".v1") for each in floor.told(order_id)]


def through_the_shop(floor: Shop) -> None:
    floor.release()
    floor.start(is_setup=True)
    floor.start()
    floor.labour("on", operator="a")
    floor.pause(reason=60000)
    floor.resume()
    floor.report(good=98, scrap=2, reason=100000)
    floor.labour("off", operator="a")
    floor.complete()
    floor.start(20, GRINDER)
    floor.report(20, good=90, rework=8)
    floor.report(20, good=8, from_rework=True)
    floor.report(20, good=-1, scrap=1, correction="one cracked")
    floor.complete(20)


def test_an_orders_life_is_told_in_order(floor: Shop) -> None:
    through_the_shop(floor)

    assert names(floor) == [
        "work_order_planned",
        "work_order_released",
        "work_order_started",
        "operation_started",
        "operation_started",
        "operator_clocked_on",
        "operation_paused",
        "operation_started",
        "quantity_reported",
        "operator_clocked_off",
        "operation_completed",
        "operation_started",
        "quantity_reported",
        "quantity_reported",
        "quantity_reported",
        "operation_completed",
        "work_order_completed",
    ]


def test_each_fact_has_a_version_of_its_own_without_a_gap_and_the_last_is_the_orders_revision(floor: Shop) -> None:
    through_the_shop(floor)

    facts = floor.told()
    assert [each.version for each in facts] == list(range(1, len(facts) + 1))
    assert {each.aggregate for each in facts} == {"work-order/wo-1"}
    assert len({each.id for each in facts}) == len(facts)
    assert floor.read().revision == len(facts)


def test_every_fact_is_what_its_class_says(floor: Shop) -> None:
    through_the_shop(floor)

    for each in floor.told():
        CATALOGUE[each.detail_type].model_validate(each.data)


def test_facts_carry_what_other_domains_reckon_with(floor: Shop) -> None:
    through_the_shop(floor)
    data = {
        name: [each.data for each in floor.told() if each.detail_type.endswith(f"{name}.v1")] for name in names(floor)
    }

    assert [each["is_setup"] for each in data["operation_started"]] == [True, False, False, False]
    assert (data["operation_paused"][0]["reason"], data["operation_paused"][0]["equipment"]) == (60000, LATHE)
    reported = data["quantity_reported"]
    assert [(each["good"], each["scrap"], each["rework"], each["from_rework"]) for each in reported] == [
        ("98", "2", "0", False),
        ("90", "0", "8", False),
        ("8", "0", "0", True),
        ("-1", "1", "0", False),
    ]
    assert reported[0]["scrap_reason"] == 100000
    assert sum(float(each["good"]) for each in reported[1:]) == float(data["operation_completed"][1]["good"]) == 97
    completed = data["work_order_completed"][0]
    assert [float(completed[name]) for name in ("good", "scrap", "rework")] == [97, 3, 8]


def test_nothing_is_told_of_what_changed_nothing(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.start()
    floor.reschedule(priority=500)

    assert Counter(names(floor))["operation_started"] == 1
    assert len(names(floor)) == 4


def test_where_an_order_stands_no_longer_is_told_before_anything_else(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=10)
    floor.pause()
    floor.resume(equipment=f"{LINE}/mc-02")
    floor.start(20, GRINDER)
    floor.cancel()

    facts = floor.told()
    assert names(floor)[6:] == [
        "operation_left",
        "operation_started",
        "operation_started",
        "operation_left",
        "operation_left",
        "work_order_cancelled",
    ]
    left = [each.data["equipment"] for each in facts if each.detail_type.endswith("operation_left.v1")]
    assert left == [LATHE, f"{LINE}/mc-02", GRINDER]
    assert [each.version for each in facts] == list(range(1, len(facts) + 1))


def test_a_cancellation_and_a_new_date_are_told(floor: Shop) -> None:
    floor.plan()
    floor.reschedule(priority=3)
    floor.cancel(reason="顧客都合")

    facts = floor.told()
    assert names(floor) == ["work_order_planned", "work_order_rescheduled", "work_order_cancelled"]
    assert facts[1].data["priority"] == 3
    assert facts[2].data["reason"] == "顧客都合"
