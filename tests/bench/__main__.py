"""`make bench`: every measurement in one table, each beside its reference in the same run."""

import os
import sys

from rich.console import Console

from tests.bench import (
    anomaly,
    authorised_get,
    aws,
    cold_start,
    documents_postgres,
    forecast,
    genealogy,
    history,
    ingest,
    ingress,
    moves,
    oee,
    outbox_relay,
    rollups,
    spc,
    watching,
)
from tests.bench.table import Row, print_table

BENCHES = {
    "ingest": ingest.rows,
    "ingress": ingress.rows,
    "watching": watching.rows,
    "history": history.rows,
    "rollups": rollups.rows,
    "moves": moves.rows,
    "authorised_get": authorised_get.rows,
    "cold_start": cold_start.rows,
    "documents_postgres": documents_postgres.rows,
    "outbox_relay": outbox_relay.rows,
    "spc": spc.rows,
    "oee": oee.rows,
    "genealogy": genealogy.rows,
    "anomaly": anomaly.rows,
    "forecast": forecast.rows,
    "aws": aws.rows,
}


def main() -> None:
    os.environ["POWERTOOLS_TRACE_DISABLED"] = "1"  # noqa: TID251 - as a function whose trace is not sampled
    chosen = sys.argv[1:] or list(BENCHES)
    measured: list[Row] = []
    for name in chosen:
        Console(stderr=True).print(f"measuring {name} …")
        measured += BENCHES[name]()
    print_table(measured)
    for name, megabytes in cold_start.sizes():
        Console().print(f"layer {name}: {megabytes:.1f} MB of 250")


if __name__ == "__main__":
    main()
