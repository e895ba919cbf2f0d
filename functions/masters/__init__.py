"""Master data of a factory: equipment, calendars, reasons, materials, bills, routings, run times, characteristics."""
