"""Questions about what is stored: history, latest values, and what else devices reported."""

from functions.telemetry.model import AskHistory, check_span
from functions.telemetry.readings import read_readings
from functions.telemetry.summaries import read_summaries
from functions.telemetry.views import Item
from makoto.domain import Page
from makoto.ports.context import TenantContext
from makoto.ports.history import History


def read_history(command: AskHistory, tenant: TenantContext, history: History) -> Page[Item]:
    """Answer a page of readings as they are, or summarised by step with gaps shown as gaps."""
    check_span(command.start, command.end)
    read = read_readings if command.step == "raw" else read_summaries
    return read(command, tenant, history.of(tenant))
