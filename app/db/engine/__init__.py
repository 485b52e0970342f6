"""The database itself: connections to SQLite or PostgreSQL, transactions, migrations and upkeep."""
