"""How jobs change: inserted, claimed, ended, cancelled, deleted, swept, one or many at once."""
