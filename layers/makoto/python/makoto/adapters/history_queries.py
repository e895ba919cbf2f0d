"""What DuckDB is asked about files of readings; every piece put together here is a constant of this file."""
# ruff: noqa: S608

_USED = "q IN (192, 64)"
_SAID = "seq, session, filename, file_row_number"  # the order in which values of one instant were said
_FILES = "read_parquet($files, file_row_number = true, filename = true)"
_SPAN = "t >= $start AND t < $end"
_METRICS = "metric IN (SELECT unnest($metrics))"


_VALUE = f"FILTER ({_USED} AND (v IS NOT NULL OR text IS NOT NULL))"
_SQUARABLE = "abs(v) < 1e150"  # beyond it a square is no double, which the engine refuses


_MORE = f""",
          count(*) FILTER (q = 64),
          CASE WHEN bool_and({_SQUARABLE}) FILTER ({_USED})
            THEN var_pop(v) FILTER ({_USED} AND {_SQUARABLE}) * count(v) FILTER ({_USED}) END,
          arg_min({{'v': v, 'text': text, 't': t}}, (t, {_SAID})) {_VALUE}"""


def buckets(*, has_metrics: bool, is_full: bool) -> str:
    """Summarise each `$step` from `$start` to `$end`, numbered from `$first`."""
    return f"""
        SELECT metric, (t - $start) // $step + $first AS index,
          count(*), count(*) FILTER (q = 192), count(v) FILTER ({_USED}),
          sum(v) FILTER ({_USED}), min(v) FILTER ({_USED}), max(v) FILTER ({_USED}),
          arg_max({{'v': v, 'text': text, 't': t}}, (t, {_SAID})) {_VALUE}{_MORE if is_full else ""}
        FROM {_FILES} WHERE {_spanned(has_metrics)} GROUP BY ALL
    """


COLUMNS = "metric, t, v, text, q, status, clock, session, seq"
MERGE = f"SELECT {COLUMNS} FROM {_FILES} ORDER BY metric, t, {_SAID}"
"""List everything by metric and time."""


def readings(*, has_metrics: bool) -> str:
    """List readings in the order of time, from `$skip` on, at most `$limit`."""
    return f"""
        SELECT metric, t, v, text, q, status FROM {_FILES} WHERE {_spanned(has_metrics)}
        ORDER BY t, metric, {_SAID} LIMIT $limit OFFSET $skip
    """


def export_csv(*, has_metrics: bool) -> str:
    """List readings as an import reads them."""
    time = "strftime(make_timestamp(t * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')"
    return _export(time, "coalesce(text, CAST(v AS VARCHAR)) AS value", has_metrics)


def export_parquet(*, has_metrics: bool) -> str:
    """List readings with a column for numbers and one for texts; times are UTC."""
    return _export("make_timestamp(t * 1000)", "v AS value, text", has_metrics)


def count(*, has_metrics: bool) -> str:
    """Count readings."""
    return f"SELECT count(*) FROM {_FILES} WHERE {_spanned(has_metrics)}"


def _export(time: str, value: str, has_metrics: bool) -> str:
    return f"""
        SELECT $device AS device, metric, {time} AS time, {value}, q AS quality, status
        FROM {_FILES} WHERE {_spanned(has_metrics)} ORDER BY t, metric, {_SAID}
    """


def _spanned(has_metrics: bool) -> str:
    return f"{_SPAN} AND {_METRICS}" if has_metrics else _SPAN
