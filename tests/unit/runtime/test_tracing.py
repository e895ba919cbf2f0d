"""A sampled trace carries tenant and correlation id; an unsampled one costs nothing."""

import pytest
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.models.subsegment import Subsegment

from makoto.runtime import telemetry
from makoto.runtime.telemetry import serving

SAMPLED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def _traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_TRACE_DISABLED")
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    telemetry._tracer.cache_clear()


@pytest.mark.usefixtures("_traced")
def test_a_sampled_trace_carries_tenant_and_correlation_id(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Subsegment] = []
    monkeypatch.setattr(xray_recorder, "end_subsegment", lambda *_: ended.append(xray_recorder.current_subsegment()))
    xray_recorder.configure(service="test", context_missing="IGNORE_ERROR")
    xray_recorder.begin_segment("lambda", sampling=1)
    with serving(domain="devices", tenant_id="t0123456789ab", correlation_id="request-1"):
        pass
    assert ended[0].name == "## devices"
    assert ended[0].annotations == {"tenant_id": "t0123456789ab", "correlation_id": "request-1"}


def test_a_request_that_is_not_sampled_makes_no_tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED.replace("Sampled=1", "Sampled=0"))
    telemetry._tracer.cache_clear()
    with serving(domain="devices", tenant_id=None, correlation_id="request-1"):
        assert telemetry._tracer.cache_info().currsize == 0
