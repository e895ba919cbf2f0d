"""The repeated parts of the stacks: functions, layers, queues, tables, grants."""
