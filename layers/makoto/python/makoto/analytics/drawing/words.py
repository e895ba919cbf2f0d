"""The words that drawings add, in English and Japanese."""

from makoto.analytics.drawing.paper import Language
from makoto.analytics.spc.charts import Statistic

WORDS: dict[str, tuple[str, str]] = {
    Statistic.MEAN: ("Mean", "平均 X̄"),
    Statistic.RANGE: ("Range", "範囲 R"),
    Statistic.DEVIATION: ("Standard deviation", "標準偏差 s"),
    Statistic.INDIVIDUAL: ("Individual value", "個々の値 X"),
    Statistic.MOVING_RANGE: ("Moving range", "移動範囲 MR"),
    Statistic.PROPORTION: ("Proportion", "不適合品率 p"),
    Statistic.COUNT: ("Count", "不適合数"),
    Statistic.RATE: ("Rate a unit", "単位当たり不適合数 u"),
    Statistic.EWMA: ("EWMA", "EWMA"),
    Statistic.CUSUM_UPPER: ("Cumulative sum [σ]", "累積和 [σ]"),
    Statistic.CUSUM_LOWER: ("Cumulative sum [σ]", "累積和 [σ]"),
    Statistic.T2: ("Hotelling T²", "Hotelling T²"),
    "sample": ("Sample", "サンプル"),
    "signals": ("{} signals", "異常判定 {} 件"),
    "signal": ("{} signal", "異常判定 {} 件"),
    "in_control": ("in control", "管理状態"),
    "frequency": ("Frequency", "度数"),
    "within": ("within", "群内"),
    "overall": ("overall", "全体"),
    "target": ("Target", "目標"),
    "not_stable": ("process not stable: indices are not valid", "工程が管理状態にないため指数は参考値"),
    "stability_unknown": ("stability not examined", "管理状態は未確認"),
    "constant": ("no variation: no indices", "ばらつきがないため指数なし"),
    "few_values": ("fewer than 30 values", "データ数30未満"),
    "cumulative": ("Cumulative share", "累積比率"),
    "planned": ("Planned busy time", "計画稼働時間"),
    "losses": ("Losses", "ロス"),
    "observed": ("Observed", "実測"),
    "anomaly": ("Anomaly", "異常"),
    "forecast": ("Forecast", "予測"),
    "interval": ("interval", "区間"),
    "empty": ("No data", "データなし"),
}


def word(key: str, language: Language) -> str:
    """Find a word."""
    return WORDS[key][0 if language is Language.EN else 1]
