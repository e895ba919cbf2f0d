"""Doctor: looks into tenants' stores the way the platform uses them, and says what is wrong and what helps."""
