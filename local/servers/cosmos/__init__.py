"""Stands in for Azure Cosmos DB (API for NoSQL): HTTP as the real SDK speaks it, SQL by `@zeit/cosmosdb-query`.

What only the real service can show:
- how it orders texts with characters past U+D7FF (the driver does not rely on it), and long texts in an index;
- that an indexing policy serves a query; request units, so when it really throttles; the 5 s and 4 MB of a page;
- a consistency level other than strong, and regions that differ from each other;
- that only an account key or the resource manager makes containers (`--keys-only-manage` plays that);
- a batch whose checks use `filter_predicate`; plans of queries over all partitions other than `ORDER BY` one path;
- splits and merges of physical partitions: here there are always two;
- roles, firewalls and private endpoints: here a token of a known principal may do anything with items.
"""
