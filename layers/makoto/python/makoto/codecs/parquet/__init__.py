"""Arrays into a Parquet file, uncompressed and in one row group: the form in which readings arrive in a bucket.

Apache Parquet format 2.9 (`parquet.thrift`, `Encodings.md`). Writing one this way costs 5 ns a reading and 0.2 ms a
file; DuckDB's COPY 110-180 ns a reading and 1-2 ms a file, and 63 MB of library in the function that ingests (measured
on 100,000 readings of 20 metrics). Compaction rewrites the files with DuckDB, compressed.
"""

from makoto.codecs.parquet.columns import Column, Numbers, Runs, Texts
from makoto.codecs.parquet.file import parquet_file

__all__ = ["Column", "Numbers", "Runs", "Texts", "parquet_file"]
