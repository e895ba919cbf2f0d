"""Quality: inspection plans and results, control charts, non-conformances and what is done about their causes."""
