"""Gauge studies against AIAG's example (MSA, 4th edition, chapter III; Minitab, Gage R&R crossed, the same data)."""

import pytest

from makoto.analytics.spc import GaugeMethod, GaugeStudy, Source, gauge_study
from makoto.analytics.spc.samples import UnusableSamples
from tests.unit.spc.spc_published import aiag_measurements


def sigmas(study: GaugeStudy, *sources: Source) -> list[float]:
    return [study.of(source).sigma for source in sources]


def test_the_analysis_of_variance_is_aiags() -> None:
    study = gauge_study(aiag_measurements(), tolerance=8.0)
    found = sigmas(study, Source.REPEATABILITY, Source.REPRODUCIBILITY, Source.GAUGE, Source.PART, Source.TOTAL)
    shares = [study.of(each).contribution_percent for each in (Source.GAUGE, Source.PART)]

    assert found == pytest.approx([0.199933, 0.226838, 0.302373, 1.042327, 1.0853], abs=5e-6)  # AIAG, table A 4
    assert shares == pytest.approx([7.76, 92.24], abs=5e-3)  # Minitab
    assert study.of(Source.GAUGE).study_percent == pytest.approx(27.86, abs=5e-3)  # Minitab
    assert study.of(Source.GAUGE).tolerance_percent == pytest.approx(100 * 6 * 0.302373 / 8, abs=1e-3)
    assert (study.categories, study.verdict) == (4, "conditional")


def test_the_interaction_is_pooled_since_its_p_is_0_974() -> None:  # Minitab
    study = gauge_study(aiag_measurements())
    part, operator, interaction, error, total = study.lines

    assert study.is_interaction_pooled
    assert interaction.p == pytest.approx(0.974, abs=5e-4)
    assert interaction.f == pytest.approx(0.434, abs=5e-4)
    assert [line.degrees for line in study.lines] == [9, 2, 18, 60, 89]
    assert [line.sum_of_squares for line in (part, operator, interaction, error, total)] == pytest.approx(
        [88.3619, 3.1673, 0.3590, 2.7589, 94.6471], abs=5e-5
    )
    assert [line.degrees for line in study.pooled_lines] == [9, 2, 78, 89]


def test_without_pooling_the_interaction_is_negative_and_set_to_zero() -> None:
    study = gauge_study(aiag_measurements(), pooling_alpha=1.0)

    assert not study.is_interaction_pooled
    assert study.of(Source.REPEATABILITY).sigma == pytest.approx(0.214435, abs=5e-6)
    assert study.of(Source.INTERACTION).variance == 0
    assert study.of(Source.INTERACTION).is_negative_set_to_zero
    assert not study.of(Source.PART).is_negative_set_to_zero


def test_the_method_of_average_and_range_is_aiags() -> None:
    study = gauge_study(aiag_measurements(), method=GaugeMethod.XBAR_R)
    found = sigmas(study, Source.REPEATABILITY, Source.REPRODUCIBILITY, Source.GAUGE, Source.PART, Source.TOTAL)
    percent = [study.of(each).study_percent for each in (Source.REPEATABILITY, Source.REPRODUCIBILITY, Source.GAUGE)]

    # AIAG, figure III-B 16: EV 0.20188, AV 0.22963, GRR 0.30575, PV 1.10456, TV 1.14610; 17.62, 20.04, 26.68 %; ndc 5
    assert found == pytest.approx([0.20188, 0.22963, 0.30575, 1.10456, 1.14610], rel=2e-3)
    assert percent == pytest.approx([17.62, 20.04, 26.68], abs=0.06)
    assert study.categories == 5
    assert study.is_interaction_pooled is None


def test_a_real_interaction_is_kept() -> None:
    shifts = [[0.0, 1.0, -1.0], [1.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.5, 0.5, -1.0]]
    cube = [[[10.0 * part + shift + noise for noise in (0.0, 0.1)] for shift in row] for part, row in enumerate(shifts)]

    study = gauge_study(cube)

    assert not study.is_interaction_pooled
    assert study.of(Source.INTERACTION).variance > 0.5
    reproducibility = study.of(Source.OPERATOR).variance + study.of(Source.INTERACTION).variance
    assert study.of(Source.REPRODUCIBILITY).variance == pytest.approx(reproducibility)


@pytest.mark.parametrize("method", GaugeMethod)
def test_a_gauge_that_shows_always_the_same_is_flagged(method: GaugeMethod) -> None:
    study = gauge_study([[[1.0] * 2] * 2] * 3, method=method)

    assert study.is_constant
    assert study.categories is None
    assert study.verdict is None
    assert {component.study_percent for component in study.components} == {0.0}


@pytest.mark.parametrize(
    ("measurements", "pointer"),
    [
        ([[[1.0, 2.0], [1.0]], [[1.0, 2.0], [1.0, 2.0]]], "/measurements"),
        ([[[1.0, 2.0]], [[1.0, 2.0]]], "/measurements"),
        ([[[1.0, 2.0], [1.0, float("nan")]], [[1.0, 2.0], [1.0, 2.0]]], "/measurements/0/1/1"),
    ],
)
def test_an_unbalanced_study_is_refused(measurements: list[list[list[float]]], pointer: str) -> None:
    with pytest.raises(UnusableSamples) as refused:
        gauge_study(measurements)

    assert refused.value.errors[0].pointer == pointer
