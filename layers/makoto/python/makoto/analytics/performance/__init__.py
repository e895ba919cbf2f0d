"""How equipment performs (ISO 22400-2): from what machines, orders and people said to terms, figures and losses."""
