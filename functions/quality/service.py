"""Use cases of quality, each told where its nouns are."""

from functions.quality.acceptance import judge_lot, read_decisions, resume_inspection
from functions.quality.capability import read_capability
from functions.quality.capas import change_capa, list_capas, open_capa, read_capa, verify_capa
from functions.quality.charts import create_chart, list_charts, mark_restart, read_chart
from functions.quality.gauges import enter_measurements, list_studies, read_study, register_study
from functions.quality.image import draw_chart, draw_pareto
from functions.quality.limits import freeze_limits, list_limits
from functions.quality.nonconformances import close_case, decide_lots, list_cases, open_by_hand, read_case
from functions.quality.pareto import read_pareto
from functions.quality.plans import create_plan, list_plans, list_versions, read_plan, retire_plan, revise_plan
from functions.quality.points import add_points, list_points
from functions.quality.reactions import follow_inspection, follow_lot, follow_signal, follow_trace
from functions.quality.results import list_results, record_results

__all__ = [
    "add_points",
    "change_capa",
    "close_case",
    "create_chart",
    "create_plan",
    "decide_lots",
    "draw_chart",
    "draw_pareto",
    "enter_measurements",
    "follow_inspection",
    "follow_lot",
    "follow_signal",
    "follow_trace",
    "freeze_limits",
    "judge_lot",
    "list_capas",
    "list_cases",
    "list_charts",
    "list_limits",
    "list_plans",
    "list_points",
    "list_results",
    "list_studies",
    "list_versions",
    "mark_restart",
    "open_by_hand",
    "open_capa",
    "read_capa",
    "read_capability",
    "read_case",
    "read_chart",
    "read_decisions",
    "read_pareto",
    "read_plan",
    "read_study",
    "record_results",
    "register_study",
    "resume_inspection",
    "retire_plan",
    "revise_plan",
    "verify_capa",
]
