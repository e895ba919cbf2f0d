"""Points in any order, in any portions, through crashes: the judgement is that of all points in order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.quality import service, settling
from functions.quality.chart import Head, MarkRestart
from functions.quality.settling import head_put, read_head
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Key
from makoto.ports.inbox import AlreadyHandled
from makoto.ports.outbox import Handled
from tests.unit.quality.conftest import Shop, make_shop, minute

KINDS = {"i_mr": 1, "xbar_r": 3, "xbar_s": 3, "ewma": 2, "cusum": 1, "p": 50, "np": 50, "c": 50, "u": 50, "t2": 1}
COUNTS = ("p", "np", "c", "u")


def point(kind: str, number: int, level: float) -> dict[str, Any]:
    base: dict[str, Any] = {"point_id": f"p{number}", "at": minute(number)}
    if kind in COUNTS:
        return base | {"found": round(5 + level) % 50, "inspected": 50}
    wobble = (0.3, -0.2, 0.1, -0.4)[number % 4]
    size = 2 if kind == "t2" else KINDS[kind]
    return base | {"values": [round(10 + level + wobble * place, 3) for place in range(1, size + 1)]}


def quiet(kind: str) -> list[dict[str, Any]]:
    return [point(kind, each, ((each * 7) % 5 - 2) * 0.6 + (each * 3 % 7 - 3) * 0.2) for each in range(24)]


def begun(kind: str) -> Shop:
    shop = make_shop()
    more = {"characteristics": ["width", "depth"]} if kind == "t2" else {}
    shop.chart(kind, KINDS[kind], **more)
    shop.post(*quiet(kind))
    shop.freeze(end=minute(24), effective_from=minute(24))
    return shop


def judgement(shop: Shop) -> list[tuple[object, ...]]:
    return [(each.point_id, each.limits_version, each.judged, each.rules, each.good_at) for each in shop.points()]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(sorted(KINDS)),
    levels=st.lists(st.integers(-3, 4), min_size=1, max_size=45),
    chances=st.randoms(use_true_random=False),
    restart=st.none() | st.integers(20, 60),
    second=st.none() | st.integers(26, 60),
)
def test_any_order_of_arrival_gives_the_same_judgement(
    kind: str, levels: list[int], chances: Any, restart: int | None, second: int | None
) -> None:
    later = [point(kind, 24 + place, float(level)) for place, level in enumerate(levels)]
    in_order, mixed = begun(kind), begun(kind)

    def change(shop: Shop) -> None:
        if restart is not None:
            service.mark_restart("chart", MarkRestart(at=minute(restart), reason="tool"), shop.tenant)
        if second is not None:
            shop.freeze(end=minute(24), effective_from=minute(second))

    change(in_order)
    in_order.post(*later)
    chances.shuffle(later)
    cut = chances.randint(0, len(later))
    mixed.post_in_portions(later[:cut])
    change(mixed)
    mixed.post_in_portions(later[cut:])

    assert judgement(in_order) == judgement(mixed)


def signals(count: int) -> list[dict[str, Any]]:
    return [point("i_mr", 24 + each, 0.0 if each % 9 else 9.0) for each in range(count)]


def test_a_crash_between_two_portions_is_made_good_by_whoever_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, whole = begun("i_mr"), begun("i_mr")
    later = [point("i_mr", 24 + each, 0.6) for each in range(120)]
    shop.post(*later)
    whole.post(*later)

    class Crash(BaseException):
        pass

    commits = 0
    commit = TenantContext.commit

    def dies(self: TenantContext, *how: Any) -> None:
        nonlocal commits
        commits += 1
        if commits == 3:
            raise Crash
        commit(self, *how)

    with monkeypatch.context() as patch:
        patch.setattr(TenantContext, "commit", dies)
        with pytest.raises(Crash):
            service.mark_restart("chart", MarkRestart(at=minute(30), reason="tool"), shop.tenant)
    assert service.read_chart("chart", shop.tenant).is_settled is False

    shop.post(later[0])  # known already, and settles what was left
    service.mark_restart("chart", MarkRestart(at=minute(30), reason="tool"), whole.tenant)

    assert service.read_chart("chart", shop.tenant).is_settled is True
    assert judgement(shop) == judgement(whole)


def restarted(*minutes: float) -> Shop:
    shop = begun("i_mr")
    for each in minutes:
        service.mark_restart("chart", MarkRestart(at=minute(each), reason="tool"), shop.tenant)
    return shop


def test_two_late_points_are_both_taken_where_the_judgement_between_them_stays_as_it_was() -> None:
    later = [point("i_mr", each, 0.6) for each in range(24, 42)]
    shop, whole = restarted(29.5), restarted(29.5)
    whole.post(*later)

    shop.post(*(each for each in later if each["point_id"] not in ("p26", "p36")))
    shop.post(*(each for each in later if each["point_id"] in ("p26", "p36")))

    assert judgement(shop) == judgement(whole)


def test_what_a_crash_left_is_not_forgotten_where_a_late_point_changes_little_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = [point("i_mr", 24 + each, 0.6) for each in range(150) if each != 2]
    shop, whole = restarted(29.5), restarted(29.5)
    shop.post(*later)
    with monkeypatch.context() as patch:
        patch.setattr("functions.quality.charts.settle", lambda *_: None)
        service.mark_restart("chart", MarkRestart(at=minute(100), reason="tool"), shop.tenant)
    assert service.read_chart("chart", shop.tenant).is_settled is False

    shop.post(point("i_mr", 26, 0.6))

    whole.post(*later, point("i_mr", 26, 0.6))
    service.mark_restart("chart", MarkRestart(at=minute(100), reason="tool"), whole.tenant)
    assert judgement(shop) == judgement(whole)


def test_an_event_whose_late_point_takes_several_writes_is_settled_at_once_and_marked_once() -> None:
    shop, whole = begun("ewma"), begun("ewma")
    later = [point("ewma", 24 + each, 0.4) for each in range(120)]
    shop.post(*later[1:])
    whole.post(*later)
    reacting = replace(shop.tenant, handled=Handled("quality", "event-1"))

    Shop(reacting).post(later[0])

    assert service.read_chart("chart", shop.tenant).is_settled is True
    assert judgement(shop) == judgement(whole)
    with pytest.raises(AlreadyHandled):
        Shop(reacting).post(point("ewma", 200, 0.0))


def test_new_limits_far_back_judge_every_point_again() -> None:
    shop = begun("i_mr")
    shop.post(*(point("i_mr", 24 + each, 0.5) for each in range(300)))
    assert {each.limits_version for each in shop.points()} == {None, 1}

    shop.freeze(end=minute(24), effective_from=minute(25))

    versions = [each.limits_version for each in shop.points()]
    assert versions == [None] * 24 + [1] + [2] * 299


def signalling(shop: Shop) -> list[str]:
    return [each.point_id for each in shop.points() if each.rules]


def test_each_signal_is_told_once_whatever_is_sent_and_judged_again() -> None:
    shop = begun("i_mr")
    shop.post(*signals(27))
    assert sorted(shop.told()) == sorted(signalling(shop))

    shop.post(*signals(27))
    shop.post(point("i_mr", 24, 0.0) | {"point_id": "late", "at": minute(24.5)})

    assert len(set(shop.told())) == len(shop.told())
    assert set(shop.told()) >= set(signalling(shop))


def test_a_signal_that_is_taken_back_and_comes_again_is_not_told_again() -> None:
    shop = begun("i_mr")

    def high(minutes: float, place: int) -> dict[str, Any]:
        return {"point_id": f"p{minutes}", "at": minute(minutes), "values": [(10.2, 12.2)[place % 2]]}

    shop.post(*(high(24 + each, each) for each in range(9)))
    assert signalling(shop) == shop.told() == ["p32"]

    shop.post({"point_id": "low", "at": minute(28.1), "values": [9.4]})
    assert signalling(shop) == []
    shop.post(*(high(28.2 + each / 10, each) for each in range(5)))

    assert signalling(shop) == ["p32"]
    assert shop.told() == ["p32"]


def test_a_point_and_the_fact_of_its_signal_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = begun("i_mr")
    before = (len(shop.points()), len(shop.told()))

    def refused(*_: Any) -> None:
        raise ConditionFailed(Key("p", "i"))

    with monkeypatch.context() as patch:
        patch.setattr(TenantContext, "commit", refused)
        with pytest.raises(Exception, match="being changed by others"):
            shop.post(*signals(1))

    assert (len(shop.points()), len(shop.told())) == before
    shop.post(*signals(1))
    assert (len(shop.points()), len(shop.told())) == (before[0] + 1, before[1] + 1)


def test_a_point_that_another_request_posts_in_between_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = begun("i_mr")
    other = replace(shop.tenant, correlation_id="other")
    judge = settling._judge
    meddled: list[bool] = []

    def overtaken(*how: Any) -> None:
        judge(*how)
        if not meddled:
            meddled.append(True)
            Shop(other).post(*signals(3))

    monkeypatch.setattr(settling, "_judge", overtaken)
    shop.post(*signals(3))

    assert len(shop.points()) == 27
    assert [each.number for each in shop.points()] == list(range(1, 28))
    assert service.read_chart("chart", shop.tenant).points == 27


def test_a_mark_behind_the_last_point_is_forgotten(shop: Shop) -> None:
    shop.chart("i_mr")
    head, version = read_head("chart", shop.tenant)
    shop.tenant.commit([head_put("chart", head.model_copy(update={"stale": ("999999999999999/",)}), version)])

    shop.post({"at": minute(0), "values": [1.0]})

    assert read_head("chart", shop.tenant)[0].stale == ()
    assert Head().version_at(minute(0)) is None
