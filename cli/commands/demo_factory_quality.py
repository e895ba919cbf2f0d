"""Quality in the factory's day: a chart with frozen limits, its signal and the case, an alarm and an anomaly."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import ZONE, instant_of, utc
from cli.commands.demo_factory_story import Story, wait_until
from cli.commands.demo_factory_work import disturbed_device
from cli.texts import text
from local.simulator.day_plan import CURRENT, DISTURBANCES, SHAFTS
from local.simulator.day_quality import DRIFTS_FROM_MIN, SUBGROUP, Subgroup, measured

PHASE_ONE_ENDS_MIN = 14 * 60
MEASURED_AT = -1  # the last machine of the line


def disturbed(story: Story) -> Iterator[str]:
    """The disturbance must have raised the alarm and be among the anomalies; somebody acknowledges the alarm."""
    device = disturbed_device(story.factory)
    alarms = wait_until(lambda: _alarms(story, device), bool, text("demo.day.the_alarm"))
    comment = {"comment": "軸受を点検 / bearing inspected"}
    acknowledged = story.call("POST", "telemetry", "alarms", alarms[0]["alarm_id"], "acknowledge", json=comment)
    asked = {"device": device, "from": utc(story.at(0)), "to": utc(story.at(24 * 60)), "limit": 500}
    found = story.get("telemetry", "anomalies", **asked)["items"]
    hits = [each for each in found if _is_meant(story, each["at"])]
    if not hits:
        raise StoryBroken(text("demo.day.no_anomaly", found=len(found)))
    strangest = max(hits, key=lambda each: each["score"])
    story.figures["alarm"] = {"alarm_id": alarms[0]["alarm_id"], "state": acknowledged["state"]}
    story.figures["anomaly"] = {**strangest, "in_all": len(found)}
    story.figures["anomalies"] = found
    score = {name: f"{strangest[name]:.2f}" for name in ("score", "value", "expected")}
    yield text("demo.day.alarm", state=acknowledged["state"], rule=alarms[0]["rule_id"])
    yield text("demo.day.strange", cause=strangest["cause"], others=len(found) - len(hits), **score)


def frozen(story: Story) -> Iterator[str]:
    """Phase I: measure the first shift and freeze the limits."""
    chart = _chart(story)
    place = story.factory.place(SHAFTS, SHAFTS.stations[MEASURED_AT])
    about = {"chart_id": chart, "title": "ジャーナル外径 day-1", "kind": "xbar_r", "subgroup_size": SUBGROUP}
    where = {"characteristics": [story.factory.characteristic], "equipment": place}
    story.call("POST", "quality", "charts", json={**about, **where})
    early = [each for each in _measured(story) if each.t_ms < story.at(PHASE_ONE_ENDS_MIN)]
    _post(story, chart, early)
    begin = utc(story.at(6 * 60))
    window = {"start": begin, "end": utc(story.at(PHASE_ONE_ENDS_MIN)), "effective_from": begin}
    limits = story.call("POST", "quality", "charts", chart, "limits", json=window)
    yield text("demo.day.frozen", points=len(early), version=limits["version"])


def signalled(story: Story) -> Iterator[str]:
    """Phase II: the second shift is judged by them, and the drift raises a signal."""
    chart = _chart(story)
    judged = _post(story, chart, [each for each in _measured(story) if each.t_ms >= story.at(PHASE_ONE_ENDS_MIN)])
    signals = [each["point"] for each in judged if each["point"]["rules"]]
    if not signals:
        raise StoryBroken(text("demo.day.no_signal"))
    first = signals[0]
    if datetime.fromisoformat(first["at"]) < instant_of(story.at(DRIFTS_FROM_MIN)):
        raise StoryBroken(text("demo.day.signal", at=first["at"], rules=first["rules"]))
    story.figures["chart"] = {"chart_id": chart, "at": first["at"], "rules": first["rules"], "signals": len(signals)}
    at = datetime.fromisoformat(first["at"]).astimezone(ZoneInfo(ZONE))
    yield text("demo.day.signal", at=f"{at:%H:%M}", rules=", ".join(first["rules"]))


def held(story: Story) -> Iterator[str]:
    """The case that the signal opened: its lots are found by genealogy and held."""
    signals = story.figures["chart"]["signals"]
    case = wait_until(lambda: _case(story), lambda seen: _is_traced(seen, signals), text("demo.day.the_case"))
    lots = {each["lot_id"]: each["state"] for each in case["lots"]}
    if "held" not in lots.values():
        raise StoryBroken(text("demo.day.nothing_held"))
    about = {name: case[name] for name in ("nc_id", "title", "since")}
    story.figures["non_conformance"] = {**about, "lots": lots}
    kept = sum(state == "held" for state in lots.values())
    yield text("demo.day.held", nc=case["nc_id"], held=kept, lots=len(lots))


def _chart(story: Story) -> str:
    return f"journal-{story.factory.stamp}"


def _measured(story: Story) -> list[Subgroup]:
    return list(measured(story.days[0], seed=story.seed))


def _alarms(story: Story, device: str) -> list[dict[str, Any]]:
    found = story.get("telemetry", "alarms", device=device)["items"]
    return [each for each in found if each["metric"] == CURRENT and _is_meant(story, each["raised_at"])]


def _is_meant(story: Story, instant: str) -> bool:
    """Whether something happened while the machine was disturbed, or just after."""
    one = DISTURBANCES[0]
    begin, end = (instant_of(story.at(minute)) for minute in (one.at_min, one.at_min + one.minutes + 2))
    return begin <= datetime.fromisoformat(instant) < end


def _case(story: Story) -> dict[str, Any]:
    lines = story.api.listing(story.path("quality", "non-conformances"), 1000, {"status": "open"}).items
    own = [each for each in lines if each["characteristic"] == story.factory.characteristic]
    return dict(story.get("quality", "non-conformances", own[0]["nc_id"])) if own else {}


def _is_traced(case: dict[str, Any], signals: int) -> bool:
    return bool(case) and len(case["evidence"]) == signals and case["traces_done"] == case["traces_wanted"]


def _post(story: Story, chart: str, points: Sequence[Subgroup]) -> list[dict[str, Any]]:
    sent = [
        {
            "point_id": f"m-{each.t_ms}",
            "at": utc(each.t_ms),
            "values": [str(value) for value in each.values],
            "lots": _lots_of(story, each.t_ms),
        }
        for each in points
    ]
    answer = story.call("POST", "quality", "charts", chart, "points", json={"points": sent})
    if answer["refused"]:
        raise StoryBroken(str(answer["items"][:2]))
    return list(answer["items"])


def _lots_of(story: Story, t_ms: int) -> list[str]:
    """The lot into which the parts of a moment go: the next that the last machine finishes."""
    shafts = [each for each in story.made if each.material.startswith("shaft-") and each.t_ms >= t_ms]
    return [min(shafts, key=lambda each: each.t_ms).lot_id] if shafts else []
