"""The steps of the factory's day in their order, and where a run begins."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cli.commands.demo import StoryBroken, sign_in
from cli.commands.demo_factory_figures import compared, read_figures
from cli.commands.demo_factory_forecast import forecasted
from cli.commands.demo_factory_lots import recalled, ship, wait_for_lots
from cli.commands.demo_factory_masters import ZONE, Factory
from cli.commands.demo_factory_pictures import drawn
from cli.commands.demo_factory_quality import disturbed, frozen, held, signalled
from cli.commands.demo_factory_story import Story
from cli.commands.demo_factory_work import plan_orders, prepare, send, simulate
from cli.failures import Unreachable
from cli.texts import text
from cli.times import now
from local.demo import laptop

STEPS: Final[dict[str, Callable[[Story], Iterator[str]]]] = {
    "simulate": simulate,
    "masters": prepare,
    "orders": plan_orders,
    "send": send,
    "anomaly": disturbed,
    "forecast": forecasted,
    "freeze": frozen,
    "arrive": wait_for_lots,
    "ship": ship,
    "chart": signalled,
    "figures": read_figures,
    "compare": compared,
    "hold": held,
    "recall": recalled,
    "draw": drawn,
}
"""What waits for events comes late: they arrive while other things are done."""


def begin(folder: Path) -> Story:
    """Sign in to the first demo tenant; each run has a factory of its own, which lives yesterday."""
    found = laptop()
    if found is None:
        raise Unreachable(text("error.no_laptop"))
    login = found.members[0]
    api = sign_in(found.url, login.username, login.password)
    if api.tenant_id != login.tenant_id:
        raise StoryBroken(login.username)
    folder.mkdir(parents=True, exist_ok=True)
    zone = ZoneInfo(ZONE)
    factory = Factory(f"{now():%m%d%H%M%S}", (now().astimezone(zone) - timedelta(days=1)).date())
    midnight = datetime(factory.on.year, factory.on.month, factory.on.day, tzinfo=zone)
    return Story(api, login.tenant_id, factory, round(midnight.timestamp() * 1000), folder)
