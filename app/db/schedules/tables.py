"""The tables of schedules and their runs, and of the data retention rule and choices."""

from piccolo.columns import JSON, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Schedule(Table):
    """A task with a schedule; times are UTC.

    ``next_run_at`` is its next time, also if it is ``paused``. With ``catch_up`` one missed run is
    made up for. ``changed_by`` is the user who last changed it, if any.
    """

    name = Varchar(length=40, primary_key=True, default="")
    task = Varchar(length=40)
    cron = Varchar(length=100)
    paused = Boolean(default=False)
    catch_up = Boolean(default=True)
    next_run_at = Timestamptz()
    last_run_at = Timestamptz(null=True, default=None)
    changed_by = Varchar(length=64, null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)


class ScheduleRun(Table):
    """A run of a schedule; each schedule has at most one run that has not ended.

    ``asked_by`` is the user who started it by hand, if any. ``sent_at`` is the time of the last
    wake-up. ``attempt`` counts the claims and fences off a late worker, and ``lease_until`` is when
    another worker may claim it. ``counts`` has the numbers of what it did.
    """

    id = Varchar(length=32, primary_key=True, default="")
    schedule = Varchar(length=40)
    due_at = Timestamptz()
    asked_by = Varchar(length=64, null=True, default=None)
    outcome = Varchar(length=16)
    attempt = Integer(default=0)
    sent_at = Timestamptz(null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    message = Text(default="")
    counts = JSON(default="{}")


class KeepRule(Table):
    """How many days a finished job is kept by default, and how many a user may choose.

    There is at most one row, with ``id`` 1; without it the installation's settings apply.
    """

    id = Integer(primary_key=True, default=1)
    default_days = Integer()
    most_days = Integer()


class OwnerChoice(Table):
    """The choices of an owner: days to keep jobs (null is the default), and the digest.

    ``digest`` is empty, daily or weekly. ``digest_until`` is the end of the last digest's period.
    """

    owner = Varchar(length=64, primary_key=True, default="")
    keep_days = Integer(null=True, default=None)
    digest = Varchar(length=8, default="")
    digest_until = Timestamptz(null=True, default=None)
