"""The tables of who is told that a job has ended: owners by mail, programs by webhooks."""

from piccolo.columns import JSON, Boolean, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class MailChoice(Table):
    """Which letters an owner wants: ``kinds`` are words with spaces between them.

    ``address`` is that of the local user; an account is written to at its name. Who has the
    ``secret`` of a letter's link can end all of them, and nothing else.
    """

    owner = Varchar(length=64, primary_key=True, default="")
    address = Varchar(length=254, default="")
    kinds = Varchar(length=100, default="")
    secret = Varchar(length=64)


class Ending(Table):
    """A job as it ended, until all who are to be told have their letters and deliveries.

    A trigger writes it (migration 0012), in the transaction that ends the job and only where the
    owner wants to be told; a job that is changed or deleted later changes nothing here.
    """

    id = Serial(primary_key=True)
    job_id = Varchar(length=32)
    owner = Varchar(length=64)
    state = Varchar(length=16)
    file_name = Text()
    message = Text()
    error = Text(null=True, default=None)
    summary = JSON(null=True, default=None)
    version = Integer()
    version_of = Varchar(length=32, null=True, default=None)
    batch_id = Varchar(length=32, null=True, default=None)
    created_at = Timestamptz()
    finished_at = Timestamptz()


class Webhook(Table):
    """An address of an owner that is called when a job ends; times are UTC.

    ``events`` are words with spaces between them. The ``secret`` is kept as it is, for each call is
    signed by it. ``taken_at`` is when a call last succeeded; ``disabled_why`` is a sentence.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    url = Text()
    events = Varchar(length=100)
    secret = Varchar(length=64)
    enabled = Boolean(default=True)
    disabled_why = Text(default="")
    created_at = Timestamptz()
    taken_at = Timestamptz(null=True, default=None)


class Delivery(Table):
    """A call of a webhook: ``state`` is waiting, sent or failed, ``not_before`` when to try it.

    ``tries`` counts towards giving up and begins anew when it is sent again by hand; ``attempt``
    only grows, and fences off a worker that took too long; until ``held_until`` one has it.
    ``status`` is that of the last answer, and ``answer`` a sentence on it.
    """

    id = Varchar(length=32, primary_key=True, default="")
    webhook = Varchar(length=32)
    event = Varchar(length=16)
    job_id = Varchar(length=32, null=True, default=None)
    body = Text()
    state = Varchar(length=16)
    tries = Integer(default=0)
    attempt = Integer(default=0)
    created_at = Timestamptz()
    not_before = Timestamptz()
    held_until = Timestamptz(null=True, default=None)
    tried_at = Timestamptz(null=True, default=None)
    status = Integer(null=True, default=None)
    answer = Text(default="")
