"""The laptop cloud: PostgreSQL, the AWS emulator, the synthesised templates, demo data and one front door."""
