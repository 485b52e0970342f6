"""The tables of what runs by the clock, and of how long jobs are kept."""

from piccolo.columns import JSON, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Schedule(Table):
    """A task that runs by the clock; times are UTC.

    ``next_run_at`` is when it is due next, whether it is ``paused`` or not. With ``catch_up`` a run
    that was missed is made up for, once. ``changed_by`` is who last changed it, if anybody did.
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
    """A run of a schedule, past or to come; of each schedule at most one has not ended.

    ``asked_by`` is who wanted it now, where it was not due. ``sent_at`` is when a worker was last
    woken for it, ``attempt`` counts the workers that began it and fences a late one off, and
    ``lease_until`` is when another may begin it. ``counts`` is what it did, in numbers.
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
    """How many days a finished job is kept, and how many a user may choose at the most.

    There is one row at the most, ``id`` 1; without it the settings of the installation hold.
    """

    id = Integer(primary_key=True, default=1)
    default_days = Integer()
    most_days = Integer()


class OwnerChoice(Table):
    """What an owner chose: days to keep jobs (null is the default), and the digest by mail.

    ``digest`` is empty, daily or weekly; ``digest_until`` is what the last one told of.
    """

    owner = Varchar(length=64, primary_key=True, default="")
    keep_days = Integer(null=True, default=None)
    digest = Varchar(length=8, default="")
    digest_until = Timestamptz(null=True, default=None)
