"""Lots of the factory's day: they arrive by events, are shipped, traced and called back."""

from collections.abc import Iterator
from typing import Any

from cli.commands.demo import StoryBroken
from cli.commands.demo_factory_masters import utc
from cli.commands.demo_factory_story import Story, wait_until
from cli.failures import Refused
from cli.settings import cli_settings
from cli.texts import text

SHIPPED_AT_MIN = 16 * 60 + 15
CUSTOMERS = ("東海ポンプ販売", "九州ウォーターシステム", "Pacific Fluid Inc.")
MOST = 200


def wait_for_lots(story: Story) -> Iterator[str]:
    """Machines' states and people's reports are events: wait until the last of each has been taken in."""
    for day in story.days:
        for each in day.machines:
            place = f"{story.factory.place(day.plan)}/{each.cell}"
            last = utc(each.statuses[-1].t_ms)
            wait_until(lambda: _since(story, place), lambda since: since == last[:19], place)  # noqa: B023  asked at once
    known = wait_until(lambda: _known(story), lambda lots: len(lots) == len(story.made), text("demo.day.lots"))
    reported = {each.lot_id: each.quantity for each in story.made}
    if known != reported:
        raise StoryBroken(text("demo.day.lots_differ", known=known, reported=reported))
    yield text("demo.day.arrived", lots=len(known))


def ship(story: Story) -> Iterator[str]:
    """Ship what was finished by then to three customers in turn."""
    ready = [each for each in story.made if each.t_ms <= story.at(SHIPPED_AT_MIN)]
    finished = [each for each in ready if each.material != story.factory.named("shaft-20")]
    activities = []
    for number, lot in enumerate(finished):
        customer = CUSTOMERS[number % len(CUSTOMERS)]
        note = f"DN-{story.factory.stamp}-{number + 1:02d}"
        shipped = {"activity_id": f"ship-{lot.lot_id}", "kind": "ship", "at": utc(story.at(SHIPPED_AT_MIN))}
        activities.append({**shipped, "inputs": [{"lot_id": lot.lot_id}], "customer": customer, "delivery_note": note})
    story.call("POST", "traceability", "activities", json={"activities": activities})
    story.figures["shipped"] = [each.lot_id for each in finished]
    yield text("demo.day.shipped", lots=len(finished), customers=len(CUSTOMERS))


def recalled(story: Story) -> Iterator[str]:
    """The steel of one heat is bad: find all that came of it, hold what is here, name who received what."""
    heat = story.received[0].lot_id
    recall_id = f"recall-{story.factory.stamp}"
    asked = {"recall_id": recall_id, "reason": "S45C: 介在物 / inclusions in the steel", "scope": {"lots": [heat]}}
    story.call("POST", "traceability", "recalls", json=asked)
    done = wait_until(
        lambda: story.get("traceability", "recalls", recall_id), lambda one: bool(one["state"] == "done"), recall_id
    )
    trace = story.get("traceability", "trace", lot=heat, direction="forward", limit=500)["traces"][0]
    story.save("recall.csv", "traceability", "recalls", recall_id, "csv", language=cli_settings().language)
    story.save("epcis.jsonld", "traceability", "epcis", "events", lot=heat, limit=MOST)
    story.figures["recall"] = {
        "heat": heat,
        "lots": done["lots"],
        "held": done["held"],
        "customers": done["customers"],
        "deliveries": len(done["deliveries"]),
        "paths": trace["path_count"],
    }
    story.figures["trace"] = trace
    _require_right(story, heat, trace)
    yield text("demo.day.recalled", **{**story.figures["recall"], "customers": "、".join(done["customers"])})


def _require_right(story: Story, heat: str, trace: dict[str, Any]) -> None:
    """The lots that a walk through what was reported finds, no more and no fewer."""
    reached = {heat}
    for each in sorted((one for work in story.work for one in work), key=lambda one: one.t_ms):
        if reached & {lot["lot_id"] for lot in each.body.get("consumed", ())}:
            reached |= {lot["lot_id"] for lot in each.body.get("produced", ())}
    found = {each["lot_id"] for each in trace["affected"]} | {heat}
    if found != reached:
        more, less = sorted(found - reached), sorted(reached - found)
        raise StoryBroken(text("demo.day.trace_differs", more=more, less=less))


def _since(story: Story, place: str) -> str:
    try:
        return str(story.get("performance", "states", place.replace("/", "~"))["since"])[:19]
    except Refused as refused:
        if refused.status != 404:
            raise
        return ""


def _known(story: Story) -> dict[str, int]:
    products = sorted({each.material for each in story.made})
    asked = (story.api.listing(story.path("traceability", "lots"), MOST, {"material": each}) for each in products)
    items = [one for listing in asked for one in listing.items]
    made = {each.lot_id for each in story.made}
    return {each["lot_id"]: round(float(each["made"])) for each in items if each["lot_id"] in made}
