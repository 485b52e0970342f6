"""The tables of notifications: e-mails and webhook calls about ended jobs, and alerts."""

from piccolo.columns import JSON, Boolean, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class MailChoice(Table):
    """The e-mails that an owner wants: ``kinds`` are words separated by spaces.

    ``address`` is only for the local user; the address of an account is its name. The ``secret`` is
    that of the unsubscribe link, which can end all e-mails and do nothing else.
    """

    owner = Varchar(length=64, primary_key=True, default="")
    address = Varchar(length=254, default="")
    kinds = Varchar(length=100, default="")
    secret = Varchar(length=64)


class Ending(Table):
    """The end of a job, until its e-mails and webhook deliveries are queued.

    A trigger writes it (migration 0012) in the transaction that ends the job, if the owner wants a
    notification. Later changes of the job, or its deletion, do not change it.
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

    ``events`` are words separated by spaces. The ``secret`` is stored in plain text, because each
    call is signed with it. ``taken_at`` is when a call last succeeded; ``disabled_why`` is a
    sentence.
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
    """A webhook call: ``state`` is waiting, sent or failed; ``not_before`` is the next attempt.

    ``tries`` counts the attempts until it is given up, and restarts when a user sends it again.
    ``attempt`` only grows, and fences off a worker that took too long. A worker has the call until
    ``held_until``. ``status`` is the HTTP status of the last answer, ``answer`` a sentence about
    it.
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


class AlertPolicy(Table):
    """The only row with what operators chose for alerts; without it the defaults hold.

    ``recipients`` are e-mail addresses separated by spaces. ``rules`` has the changed rules by
    name. ``next_at`` is when a scheduler may check next, so that one checks at a time.
    """

    id = Integer(primary_key=True, default=1)
    recipients = Text(default="")
    rules = JSON(default="{}")
    next_at = Timestamptz()
    changed_by = Varchar(length=64, default="")
    changed_at = Timestamptz(null=True, default=None)


class Alert(Table):
    """A trouble of the installation from its beginning to its end; one open alert a ``rule``.

    ``calm_since`` is when the rule first found no trouble any more; the alert ends when that stays
    so. ``text`` is the sentence that was sent.
    """

    id = Varchar(length=32, primary_key=True, default="")
    rule = Varchar(length=32)
    text = Text()
    raised_at = Timestamptz()
    calm_since = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
