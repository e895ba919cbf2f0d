"""DuckDB as the engine of history: no extension is fetched, and no file is reached but those of its own folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makoto.adapters import history_queries as queries
from makoto.ports.history import Bucket, ExportFormat, History, Merged, Reading, Scalar, Span, UnreadableHistory
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

ROW_GROUP_ROWS = 122_880


class DuckdbHistory:
    """One connection in memory; it may touch nothing but the folder it is given."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads

    def buckets(
        self, files: Sequence[Path], metrics: Sequence[str], edges: Sequence[int], *, is_full: bool
    ) -> Sequence[Bucket]:
        found = list[Bucket]()
        for first, last in _even_stretches(edges):
            span = Span(metrics, edges[first], edges[last])
            cut = {"step": edges[first + 1] - edges[first], "first": first}
            query = queries.buckets(has_metrics=bool(metrics), is_full=is_full)
            found += [_bucket(*row) for row in self._rows(query, _parameters(files, span) | cut)]
        return found

    def readings(self, files: Sequence[Path], span: Span, *, skip: int, limit: int) -> Sequence[Reading]:
        query = queries.readings(has_metrics=bool(span.metrics))
        rows = self._rows(query, _parameters(files, span) | {"limit": limit, "skip": skip})
        return [Reading(metric, t, _value(v, text), q, status) for metric, t, v, text, q, status in rows]

    def export(self, files: Sequence[Path], span: Span, device: str, target: Path, form: ExportFormat) -> int:
        has_metrics, parameters = bool(span.metrics), _parameters(files, span)
        with _translated():
            if form == "csv":
                query = queries.export_csv(has_metrics=has_metrics)
                self._relation(query, parameters | {"device": device}).write_csv(str(target), header=True)
            else:
                query = queries.export_parquet(has_metrics=has_metrics)
                self._relation(query, parameters | {"device": device}).write_parquet(str(target), compression="zstd")
        ((rows,),) = self._rows(queries.count(has_metrics=has_metrics), parameters)
        return int(rows)

    def merge(self, files: Sequence[Path], target: Path) -> Merged:
        with _translated():
            merged = self._relation(queries.MERGE, {"files": [str(file) for file in files]})
            merged.write_parquet(str(target), compression="zstd", row_group_size=ROW_GROUP_ROWS)
        (row,) = self._rows("SELECT count(*), min(t), max(t) FROM read_parquet($files)", {"files": [str(target)]})
        return Merged(*row)

    @cached_property
    def _connection(self) -> "DuckDBPyConnection":
        import duckdb

        self._folder.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(":memory:", config=self._config())
        connection.execute("SET allowed_directories = [$folder]", {"folder": str(self._folder)})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(self._folder / "spill"),
        }
        return config if self._threads is None else config | {"threads": self._threads}

    def _rows(self, query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        with _translated():
            return self._connection.execute(query, parameters).fetchall()

    def _relation(self, query: str, parameters: dict[str, Any]) -> "DuckDBPyRelation":
        return self._connection.sql(query, params=parameters)


@contextmanager
def _translated() -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise UnreadableHistory("the stored history cannot be read") from error


def connect(settings: RuntimeSettings) -> History:
    """Open nothing yet: DuckDB is imported and connected at the first question."""
    return History(DuckdbHistory)


def _parameters(files: Sequence[Path], span: Span) -> dict[str, Any]:
    named = {"metrics": list(span.metrics)} if span.metrics else {}
    return {"files": [str(file) for file in files], "start": span.start_ms, "end": span.end_ms, **named}


def _even_stretches(edges: Sequence[int]) -> list[tuple[int, int]]:
    """Cut edges where their distance changes, as days do with daylight saving; return the first and last place."""
    steps = [later - earlier for earlier, later in pairwise(edges)]
    cuts = [0, *(place + 1 for place, (one, other) in enumerate(pairwise(steps)) if one != other), len(steps)]
    return list(pairwise(cuts))


def _bucket(metric: str, index: int, *figures: Any) -> Bucket:
    count, good, used, total, least, most, last, *more = figures
    bucket = Bucket(metric, index, count, good, used, total, least, most, *_said(last))
    if not more:
        return bucket
    uncertain, squares, first = more
    value, t = _said(first)
    return replace(bucket, uncertain=uncertain, squares=squares, first=value, first_t=t)


def _said(found: dict[str, Any] | None) -> tuple[Scalar, int | None]:
    return (None, None) if found is None else (_value(found["v"], found["text"]), found["t"])


def _value(v: float | None, text: str | None) -> Scalar:
    if text is None:
        return v
    return text if v is None else bool(v)
