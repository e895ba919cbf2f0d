"""Single sampling by attributes: plans, switching rules and operating characteristics."""

from makoto.analytics.spc.acceptance_values import Level, SamplingPlan, Severity, Switching


def code_letter(lot_size: int, level: Level = Level.II) -> str:
    """Find the sample size code letter."""
    raise NotImplementedError


def plan_for(lot_size: int, aql: float, level: Level = Level.II, severity: Severity = Severity.NORMAL) -> SamplingPlan:
    """Find the plan of a lot; arrows are followed to the next plan."""
    raise NotImplementedError


def after_lot(switching: Switching, plan: SamplingPlan, nonconforming: int) -> Switching:
    """Apply the switching rules to a lot of original inspection."""
    raise NotImplementedError


def acceptance_probability(plan: SamplingPlan, fraction: float, *, is_finite_lot: bool = False) -> float:
    """Say how probably a lot with this fraction nonconforming is accepted: binomial, or hypergeometric of the lot."""
    raise NotImplementedError
