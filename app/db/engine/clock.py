"""The clock of the database, which writes and checks every lease and due time.

Workers run on machines whose clocks differ. SQLite uses the clock of its one machine.
"""

from typing import Any

from piccolo.querystring import QueryString

from app.db.engine.transaction import is_postgresql

# In the format in which Piccolo writes times, because SQLite compares them as texts. SQLite's clock
# has milliseconds; 999 microseconds are added, so that times in the same millisecond are past.
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f999+00:00', 'now', {})"
POSTGRESQL_NOW = "(now() + make_interval(secs => {}::double precision))"


def from_now(seconds: float = 0) -> Any:  # noqa: ANN401 - Piccolo takes it for any value
    """Return an SQL expression for the database's time plus some seconds."""
    if is_postgresql():
        return QueryString(POSTGRESQL_NOW, float(seconds))
    return QueryString(SQLITE_NOW, f"{seconds:+.3f} seconds")
