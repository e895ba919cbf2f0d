"""Production: work orders, their operations on the shop floor, what is made there, by whom and in which time."""
