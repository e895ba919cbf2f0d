"""Aurora PostgreSQL by psycopg 3: plain SQL, one connection a process, each transaction bound to a tenant."""
