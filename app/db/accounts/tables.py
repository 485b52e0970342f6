"""The tables of accounts, second factors, links, API tokens, stream tokens, shares and e-mails."""

from piccolo.columns import BigInt, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Account(Table):
    """A user account. Times are UTC.

    ``name`` is an e-mail address or a plain name as typed; ``name_key`` is the same without case,
    and is unique. ``role`` is user, viewer or admin. A session has the ``generation`` of its login
    and ends when this number grows. ``password_hash`` is an Argon2 hash with its parameters. A
    quota of null means the default of the installation, and 0 means no limit.
    """

    id = Varchar(length=32, primary_key=True, default="")
    name = Varchar(length=254)
    name_key = Varchar(length=254)
    password_hash = Text()
    role = Varchar(length=16)
    created_at = Timestamptz()
    last_login_at = Timestamptz(null=True, default=None)
    disabled = Boolean(default=False)
    generation = Integer(default=0)
    waiting_jobs_quota = Integer(null=True, default=None)
    storage_mb_quota = Integer(null=True, default=None)
    submissions_per_hour_quota = Integer(null=True, default=None)
    running_jobs_quota = Integer(null=True, default=None)
    started_per_hour_quota = Integer(null=True, default=None)


class AccountIdentity(Table):
    """Who an account belongs to at an OpenID provider; issuer and subject together are unique."""

    id = Varchar(length=32, primary_key=True, default="")
    account = Varchar(length=32)
    issuer = Varchar(length=500)
    subject = Varchar(length=255)
    created_at = Timestamptz()


class SecondFactor(Table):
    """The authenticator app of an account; it is required once it is ``confirmed``.

    ``secret`` is encrypted. ``last_step`` is the time step of the last used code, so that a code
    works only once.
    """

    account = Varchar(length=32, primary_key=True, default="")
    secret = Text()
    confirmed = Boolean(default=False)
    last_step = BigInt(default=0)
    created_at = Timestamptz()


class RecoveryCode(Table):
    """A code that replaces the authenticator app once; only its hash is stored."""

    id = Varchar(length=32, primary_key=True, default="")
    account = Varchar(length=32)
    code_sha256 = Varchar(length=64)
    used_at = Timestamptz(null=True, default=None)


class AccountPolicy(Table):
    """The only row with the accounts that need a second factor: nobody, admins or all."""

    id = Integer(primary_key=True, default=1)
    second_factor = Varchar(length=16)


class AccountLink(Table):
    """A link to set a new password or to make an account.

    Only the hash of its secret is stored. ``purpose`` is reset or invitation. An invitation has the
    ``name`` and ``role`` of the new account, a reset has the ``account``.
    """

    id = Varchar(length=32, primary_key=True, default="")
    secret_sha256 = Varchar(length=64)
    purpose = Varchar(length=16)
    name = Varchar(length=254)
    role = Varchar(length=16)
    account = Varchar(length=32, null=True, default=None)
    made_by = Varchar(length=64)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class ApiToken(Table):
    """An API token. Only the hash and the first characters of its secret are stored.

    ``scopes`` are words separated by spaces.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    name = Varchar(length=60)
    secret_sha256 = Varchar(length=64)
    prefix = Varchar(length=16)
    scopes = Varchar(length=100)
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class StreamToken(Table):
    """A token that opens event streams and nothing else; only the hash of its secret is stored.

    ``opens`` is job, tag or all, and ``what`` the id of the job or the tag. ``made_with`` is the
    API token that made it, which ends it too; empty if a person made it on the page.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    opens = Varchar(length=8)
    what = Varchar(length=40, default="")
    secret_sha256 = Varchar(length=64)
    made_with = Varchar(length=32, default="")
    created_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)


class Share(Table):
    """The right of an account to see or change another's job: ``may`` is view or edit.

    ``job`` is the first version of a job; the share covers all its versions. ``name`` is as the
    owner of the job typed it. A name without an account gets a row too; its ``account`` is a
    random id.
    """

    id = Varchar(length=32, primary_key=True, default="")
    job = Varchar(length=32)
    account = Varchar(length=32)
    name = Varchar(length=254)
    name_key = Varchar(length=254)
    may = Varchar(length=8)
    created_at = Timestamptz()


class Email(Table, tablename="letter"):
    """An e-mail in the outbox: ``state`` is waiting, sent or failed.

    ``not_before`` is the time of the next attempt. ``text`` and ``html`` are emptied once it is
    sent or given up, because they may contain a secret. ``owner`` is the user of a notification,
    who can see its state; null for other e-mails. ``unsubscribe`` is the URL that ends such
    notifications. The lowest ``turn`` is sent first.
    """

    id = Varchar(length=32, primary_key=True, default="")
    recipient = Varchar(length=254)
    subject = Text()
    text = Text()
    html = Text()
    state = Varchar(length=16)
    tries = Integer(default=0)
    created_at = Timestamptz()
    not_before = Timestamptz()
    error = Text(default="")
    owner = Varchar(length=64, null=True, default=None)
    unsubscribe = Text(default="")
    turn = Integer(default=0)
