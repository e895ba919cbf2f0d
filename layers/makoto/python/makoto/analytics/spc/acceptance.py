"""Single sampling by attributes: plans, switching rules and operating characteristics."""

from bisect import bisect_left
from math import comb, exp, lgamma, log, log1p

from makoto.analytics.spc.acceptance_tables import AQLS, CODE_LETTERS, LETTERS, LOT_SIZES, is_up, numbers_at, size_of
from makoto.analytics.spc.acceptance_values import Level, SamplingPlan, Severity, Switching
from makoto.errors import Conflict, FieldError, Invalid

LEAST_LOT = 2
_WINDOW = 5
_PER_CENT = 10.0
"""AQLs above count nonconformities, of which a unit may have several."""
_ENOUGH_SCORE = 30


class NoSuchPlan(Invalid):
    """There is no sampling plan for this."""

    def __init__(self, pointer: str, rule: str, detail: str) -> None:
        super().__init__(detail, errors=[FieldError(pointer, rule, detail)])


class InspectionDiscontinued(Conflict):
    """Five lots were rejected under tightened inspection: the supplier must act before lots are inspected again."""


def code_letter(lot_size: int, level: Level = Level.II) -> str:
    """Find the sample size code letter (table I)."""
    if lot_size < LEAST_LOT:
        raise NoSuchPlan("/lot_size", "least", f"a lot has at least {LEAST_LOT} units")
    return CODE_LETTERS[level][bisect_left(LOT_SIZES, lot_size)]


def plan_for(lot_size: int, aql: float, level: Level = Level.II, severity: Severity = Severity.NORMAL) -> SamplingPlan:
    """Find the plan of a lot (tables II-A, II-B, II-C); an arrow leads to the next plan, with its own sample size."""
    if severity is Severity.DISCONTINUED:
        raise InspectionDiscontinued("inspection is discontinued until the supplier has acted")
    if aql not in AQLS:
        raise NoSuchPlan(
            "/aql", "column", f"{aql:g} is no AQL of the tables: {', '.join(f'{each:g}' for each in AQLS)}"
        )
    letter = code_letter(lot_size, level)
    column, row = AQLS.index(aql), LETTERS.index(letter)
    step = -1 if is_up(row, column, severity) else 1
    while (numbers := numbers_at(row, column, severity)) is None:
        row += step
    n = size_of(LETTERS[row], severity)
    return SamplingPlan(
        lot_size=lot_size,
        level=level,
        aql=aql,
        severity=severity,
        letter=letter,
        plan_letter=LETTERS[row],
        n=min(n, lot_size),
        accept=numbers[0],
        reject=numbers[1],
        is_whole_lot=n >= lot_size,
    )


def after_lot(switching: Switching, plan: SamplingPlan, nonconforming: int) -> Switching:
    """Apply the switching rules to a lot of original inspection (ISO 2859-1:1999, 9.3; a resubmitted lot is not one).

    Normal to tightened: two of five or fewer lots rejected. Tightened to normal: five accepted in a row. Tightened to
    discontinued: five rejected. Normal to reduced: a switching score of 30. Reduced to normal: a lot rejected, or
    accepted with a number between acceptance and rejection.
    """
    if switching.severity is Severity.DISCONTINUED or plan.severity is not switching.severity:
        raise InspectionDiscontinued(f"inspection is {switching.severity}, the plan is {plan.severity}")
    if nonconforming < 0 or (plan.aql <= _PER_CENT and nonconforming > plan.n):
        raise NoSuchPlan("/nonconforming", "range", f"of {plan.n} units {nonconforming} cannot be nonconforming")
    match plan.severity:
        case Severity.TIGHTENED:
            return _after_tightened(switching, nonconforming < plan.reject)
        case Severity.REDUCED:
            return switching if nonconforming <= plan.accept else Switching()
        case _:
            return _after_normal(switching, plan, nonconforming)


def resumed(switching: Switching) -> Switching:
    """After the supplier acted, tightened inspection begins anew."""
    if switching.severity is not Severity.DISCONTINUED:
        raise InspectionDiscontinued("inspection is not discontinued")
    return Switching(severity=Severity.TIGHTENED)


def _after_tightened(switching: Switching, is_accepted: bool) -> Switching:
    rejected = switching.rejected_while_tightened + (not is_accepted)
    accepted = switching.accepted_in_a_row + 1 if is_accepted else 0
    if rejected >= _WINDOW:
        return Switching(severity=Severity.DISCONTINUED, rejected_while_tightened=rejected)
    if accepted >= _WINDOW:
        return Switching()
    return switching.model_copy(update={"accepted_in_a_row": accepted, "rejected_while_tightened": rejected})


def _after_normal(switching: Switching, plan: SamplingPlan, nonconforming: int) -> Switching:
    recent = (*switching.recent, nonconforming < plan.reject)[-_WINDOW:]
    if recent.count(False) >= 2:
        return Switching(severity=Severity.TIGHTENED)
    score = switching.score + _gain(plan, nonconforming) if _gain(plan, nonconforming) else 0
    if score >= _ENOUGH_SCORE:
        return Switching(severity=Severity.REDUCED)
    return switching.model_copy(update={"recent": recent, "score": score})


def _gain(plan: SamplingPlan, nonconforming: int) -> int:
    """The switching score (9.3.3.2): 3 if the lot would pass one AQL stricter (Ac 2 and more), 2 for Ac 0 and 1."""
    if plan.accept < 2:
        return 2 if nonconforming <= plan.accept else 0
    column = AQLS.index(plan.aql)
    stricter = numbers_at(LETTERS.index(plan.plan_letter), column - 1, Severity.NORMAL) if column else None
    return 3 if stricter and nonconforming <= stricter[0] else 0


def acceptance_probability(plan: SamplingPlan, fraction: float, *, is_finite_lot: bool = False) -> float:
    """Say how probably a lot with this fraction nonconforming is accepted (the plan's operating characteristic).

    Binomial, for a running process; of one lot, hypergeometric with the nonconforming units rounded to a whole number.
    Reduced inspection accepts up to below its rejection number.
    """
    if not 0 <= fraction <= 1:
        raise NoSuchPlan("/fraction", "range", "a fraction is between 0 and 1")
    most = min(plan.reject - 1, plan.n)
    if is_finite_lot:
        return _hypergeometric(plan.lot_size, round(plan.lot_size * fraction), plan.n, most)
    if fraction in (0.0, 1.0):
        return 1.0 if fraction == 0 or most >= plan.n else 0.0
    terms = (
        lgamma(plan.n + 1)
        - lgamma(k + 1)
        - lgamma(plan.n - k + 1)
        + k * log(fraction)
        + (plan.n - k) * log1p(-fraction)
        for k in range(most + 1)
    )
    return min(1.0, sum(exp(term) for term in terms))


def _hypergeometric(lot: int, bad: int, n: int, most: int) -> float:
    ways = sum(comb(bad, k) * comb(lot - bad, n - k) for k in range(min(most, bad) + 1) if n - k <= lot - bad)
    return ways / comb(lot, n)
