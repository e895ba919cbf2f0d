"""Drawings are complete, the same for the same values, and readable in both languages."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from makoto.analytics.drawing import (
    ControlChart,
    Forecast,
    Format,
    Language,
    Paper,
    TimeSeries,
    Version,
    control_chart,
    histogram,
    pareto,
    time_series,
    waterfall,
)
from makoto.analytics.drawing.words import WORDS
from makoto.analytics.spc import (
    ChartKind,
    ChartOptions,
    Rule,
    Tolerance,
    capability,
    counts,
    individuals,
    judge,
    phase_one,
    subgroups,
)

RINGS = subgroups([[74.0 + 0.001 * ((7 * i + 3 * j) % 11) for j in range(5)] for i in range(20)] + [[74.03] * 5])
LIMITS = phase_one(ChartKind.XBAR_R, RINGS.part(0, 20))
CHART = ControlChart("Ring $diameter", judge(LIMITS, RINGS).points, "mm", versions=[Version(10, "v2")])
CAPABILITY = capability(RINGS, Tolerance(lsl=73.9, usl=74.1, target=74.0), is_stable=False)
FLAT = capability(individuals([1.0] * 3), Tolerance(lsl=0, usl=2))
VALUES = RINGS.values.ravel().tolist()
HOURS = [1_763_600_000_000 + 3_600_000 * i for i in range(6)]
SERIES = TimeSeries(
    "Temperature",
    HOURS,
    [20.0, 21.0, None, 22.0, 35.0, 23.0],
    "°C",
    [4],
    Forecast([HOURS[-1] + 3_600_000], [23.5], [22.0], [25.0]),
    "Asia/Tokyo",
)

DRAWINGS: dict[str, Callable[[Paper], bytes]] = {
    "control": lambda paper: control_chart(CHART, paper),
    "histogram": lambda paper: histogram("Rings", VALUES, CAPABILITY, unit="mm", paper=paper),
    "pareto": lambda paper: pareto("Stops", [("Tools", 30.0), ("Jam", 60.0), ("Other", 10.0)], unit="min", paper=paper),
    "waterfall": lambda paper: waterfall("OEE", ("PBT", 480.0), [("Stops", 40.0), ("Scrap", 9.5)], "OEE", paper=paper),
    "series": lambda paper: time_series(SERIES, paper),
}

EMPTY: dict[str, Callable[[Paper], bytes]] = {
    "control": lambda paper: control_chart(ControlChart("", []), paper),
    "pareto": lambda paper: pareto("", [], paper=paper),
    "waterfall": lambda paper: waterfall("", ("PBT", 0.0), [], "OEE", paper=paper),
    "series": lambda paper: time_series(TimeSeries("", [], []), paper),
    "constant": lambda paper: histogram("", [1.0] * 3, FLAT, paper=paper),
}


def texts(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("image", Format)
def test_the_same_values_make_the_same_bytes(name: str, image: Format) -> None:
    paper = Paper(format=image)

    assert DRAWINGS[name](paper) == DRAWINGS[name](paper)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_png_has_the_size_of_its_paper(name: str) -> None:
    png = DRAWINGS[name](Paper(format=Format.PNG, width=8, height=4))

    with Image.open(BytesIO(png)) as image:
        assert image.format == "PNG"
        assert image.size == (800, 400)


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("image", Format)
def test_nothing_to_show_is_drawn_too(name: str, image: Format) -> None:
    assert EMPTY[name](Paper(format=image))


def test_a_control_chart_names_limits_rules_and_versions() -> None:
    svg = control_chart(CHART)

    said = " ".join(texts(svg))
    assert all(each in said for each in ("UCL", "CL", "LCL", "v2", "Ring $diameter", "Mean [mm]", "Range [mm]"))
    assert "1" in texts(svg)  # the rule beside the last point
    assert [point.shown for point in CHART.points if point.rules and point.shown is Rule.NELSON_1]


def test_text_stays_text_in_an_svg_and_falls_back_to_japanese_fonts() -> None:
    svg = control_chart(ControlChart("外径管理図", CHART.points, "mm"), Paper(language=Language.JA))

    assert "外径管理図" in texts(svg)
    assert any("平均" in each for each in texts(svg))
    assert any("異常判定" in each and each.endswith("件") for each in texts(svg))
    assert "Noto Sans JP" in svg.decode()


def test_japanese_in_a_png_is_no_row_of_boxes() -> None:
    """Two words of the same length differ in their pixels; boxes for missing letters would not."""
    paper = Paper(format=Format.PNG)

    first, second = (control_chart(ControlChart(title, []), paper) for title in ("外径寸法", "温度管理"))

    assert first != second


def test_every_flag_and_statistic_has_a_word_in_both_languages() -> None:
    assert all(english and japanese for english, japanese in WORDS.values())
    assert {flag.value for flag in type(CAPABILITY.flags[0])} <= set(WORDS)


def test_limits_of_unequal_samples_are_steps() -> None:
    samples = counts([3.0, 5.0, 4.0, 6.0], [50.0, 80.0, 60.0, 100.0])
    judged = judge(phase_one(ChartKind.P, samples), samples)

    assert control_chart(ControlChart("p", judged.points))
    assert len({point.ucl for point in judged.points}) == 4


@pytest.mark.parametrize("kind", [ChartKind.EWMA, ChartKind.CUSUM])
def test_charts_with_a_memory_are_drawn(kind: ChartKind) -> None:
    samples = individuals([0.1, 0.4, 2.0, 2.2, 2.4, 2.0, 2.1])
    judged = judge(phase_one(kind, samples, ChartOptions(mean=0, sigma=1)), samples)

    assert "UCL" in " ".join(texts(control_chart(ControlChart("memory", judged.points))))


def test_importing_drawings_and_charts_imports_neither_matplotlib_nor_numpy() -> None:
    code = (
        "import sys, makoto.analytics.drawing, makoto.analytics.spc;"
        "print([name for name in ('matplotlib', 'numpy', 'mpmath') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
