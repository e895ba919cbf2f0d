"""Recorded history and credentials: the simulator's two kinds of file."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.simulator.credentials import UnreadableCredentials, read_all, read_credentials
from local.simulator.fleet import kind_of
from local.simulator.recorder import record

START = datetime(2026, 1, 5, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
CREDENTIALS = {
    "certificate_pem": "certificate",
    "private_key_pem": "secret",
    "endpoint": "abc-ats.iot.ap-northeast-1.localhost",
    "port": 8883,
    "client_id": "t0123456789ab_cnc-01",
    "topic": "dt/t0123456789ab/tokyo/machining/machining-1/cell-1",
    "ca_pem": "ca",
}


def test_the_same_seed_and_range_give_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for file in files:
        record("food-1", 4, START, START + timedelta(minutes=10), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_record_has_one_row_a_metric_and_step_with_a_zone(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    rows = record("machining-1", 1, START, START + timedelta(hours=6), file, step_s=30)
    with file.open(encoding="utf-8", newline="") as opened:
        read = list(csv.DictReader(opened))
    assert list(read[0]) == ["device", "metric", "time", "value", "quality", "status"]
    assert len(read) == rows == 3 * 10 * 720
    assert {datetime.fromisoformat(row["time"]).utcoffset() for row in read} == {timedelta(hours=9)}
    assert datetime.fromisoformat(read[-1]["time"]) == START + timedelta(hours=6, seconds=-30)
    bad = [row for row in read if row["quality"] == "0"]
    assert bad
    assert {(row["value"], row["status"]) for row in bad} == {("", "BadSensorFailure")}


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        record("food-1", 1, naive, naive + timedelta(hours=1), tmp_path / "x.csv")


def test_credentials_are_read_alone_or_within_the_answer(tmp_path: Path) -> None:
    alone, answer = tmp_path / "a.json", tmp_path / "b.json"
    alone.write_text(json.dumps(CREDENTIALS))
    answer.write_text(json.dumps({"device": {"device_id": "cnc-01"}, "credentials": CREDENTIALS}))
    assert read_credentials(alone) == read_credentials(answer)
    found = read_credentials(alone)
    assert (found.device_id, found.line, found.acknowledgement_topic) == (
        "cnc-01",
        "machining-1",
        "ack/t0123456789ab/cnc-01",
    )


def test_a_name_under_localhost_is_dialled_on_loopback(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(CREDENTIALS))
    assert read_credentials(file).host == "127.0.0.1"
    file.write_text(json.dumps({**CREDENTIALS, "endpoint": "abc-ats.iot.ap-northeast-1.amazonaws.com"}))
    assert read_credentials(file).host == "abc-ats.iot.ap-northeast-1.amazonaws.com"


def test_the_private_key_is_not_shown() -> None:
    from local.simulator.credentials import Credentials

    assert "secret" not in repr(Credentials.model_validate(CREDENTIALS))


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({**CREDENTIALS, "topic": "dt/#"})])
def test_another_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(UnreadableCredentials, match=r"odd\.json"):
        read_credentials(file)


def test_a_folder_without_the_named_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CREDENTIALS))
    assert len(read_all(tmp_path, ["cnc-01"])) == 1
    with pytest.raises(UnreadableCredentials, match="oven-01"):
        read_all(tmp_path, ["oven-01"])


@pytest.mark.parametrize(
    ("device_id", "kind"), [("oven-17", "oven-01"), ("press-4", "cnc-01"), ("filler", "filler-01")]
)
def test_an_unknown_device_is_of_the_kind_its_name_suggests(device_id: str, kind: str) -> None:
    assert kind_of(device_id).device_id == kind
