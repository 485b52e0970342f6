"""The clock of the database, by which every lease and due time is written and judged.

Workers run on machines whose clocks differ. SQLite's clock is that of the one machine it is on.
"""

from typing import Any

from piccolo.querystring import QueryString

from app.db.engine.transaction import is_postgresql

# As Piccolo writes a time, so that both compare as texts. SQLite counts milliseconds: with the last
# microsecond of one, what was written within the same millisecond is past.
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f999+00:00', 'now', {})"
POSTGRESQL_NOW = "(now() + make_interval(secs => {}::double precision))"


def from_now(seconds: float = 0) -> Any:  # noqa: ANN401 - Piccolo takes it for any value
    """The database's time, so many seconds from now, as part of a statement."""
    if is_postgresql():
        return QueryString(POSTGRESQL_NOW, float(seconds))
    return QueryString(SQLITE_NOW, f"{seconds:+.3f} seconds")
