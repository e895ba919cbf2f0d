"""How the SDK is to ask several physical partitions and merge what they answer, for queries in one order."""

import re
from typing import Any

from local.servers.cosmos.errors import bad_request

ORDERED = re.compile(r"SELECT \* FROM c(?: WHERE (?P<where>.+))? ORDER BY (?P<by>c[^ ]+)(?: (?P<way>ASC|DESC))?")
PLACEHOLDER = "{documentdb-formattableorderbyquery-filter}"


def is_ordered(query: str) -> bool:
    """Tell whether a query asks for an order."""
    return " ORDER BY " in query


def plan_of(query: str) -> dict[str, Any]:
    """Return the plan of `SELECT * FROM c WHERE … ORDER BY c.x`, the only kind that is known here."""
    found = ORDERED.fullmatch(query)
    if found is None:
        raise bad_request("no plan for this query")
    by, way = found["by"], found["way"] or "ASC"
    where = f"({found['where']}) AND {PLACEHOLDER}" if found["where"] else PLACEHOLDER
    items = f'SELECT c._rid, [{{"item": {by}}}] AS orderByItems, c AS payload'
    info = {
        "distinctType": "None",
        "orderBy": ["Ascending" if way == "ASC" else "Descending"],
        "orderByExpressions": [by],
        "groupByExpressions": [],
        "aggregates": [],
        "rewrittenQuery": f"{items} FROM c WHERE {where} ORDER BY {by} {way}",
        "hasSelectValue": False,
    }
    everything = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}
    return {"partitionedQueryExecutionInfoVersion": 2, "queryInfo": info, "queryRanges": [everything]}
