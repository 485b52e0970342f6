"""The tables of who may do what: accounts, their links and tokens, shared jobs, and letters."""

from piccolo.columns import BigInt, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Account(Table):
    """Somebody who logs in. Times are UTC.

    ``name`` is an e-mail address or a plain name as it was typed, ``name_key`` the same without
    case, which is unique. ``role`` is user or admin. A session is of a ``generation`` and ends with
    it. ``password_hash`` is by Argon2, with its parameters. A quota is null where the default of
    the installation holds, and 0 where there is no limit.
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


class SecondFactor(Table):
    """The authenticator app of an account; it counts once it is ``confirmed``.

    ``secret`` is encrypted. ``last_step`` is the time step of the last code that was taken: each
    code is taken once.
    """

    account = Varchar(length=32, primary_key=True, default="")
    secret = Text()
    confirmed = Boolean(default=False)
    last_step = BigInt(default=0)
    created_at = Timestamptz()


class RecoveryCode(Table):
    """A code that stands in for the authenticator app once; only its hash is kept."""

    id = Varchar(length=32, primary_key=True, default="")
    account = Varchar(length=32)
    code_sha256 = Varchar(length=64)
    used_at = Timestamptz(null=True, default=None)


class AccountPolicy(Table):
    """The one row that says from whom a second factor is required: nobody, admins or all."""

    id = Integer(primary_key=True, default=1)
    second_factor = Varchar(length=16)


class AccountLink(Table):
    """A link that was sent to somebody: to set a new password, or to make an account.

    Only the hash of its secret is kept. ``purpose`` is reset or invitation; an invitation has the
    ``name`` and ``role`` of the account to be, a reset the ``account``.
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
    """A token of a program. Only the hash of its secret is kept, and how the secret begins.

    ``scopes`` are words with spaces between them.
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


class Share(Table):
    """An account that may see a job of another, or change it too: ``may`` is view or edit.

    ``job`` is the first version of a job; the share is of all its versions. ``name`` is as the
    owner of the job typed it. A name that no account has gets a row as well, whose ``account`` is
    nobody's.
    """

    id = Varchar(length=32, primary_key=True, default="")
    job = Varchar(length=32)
    account = Varchar(length=32)
    name = Varchar(length=254)
    name_key = Varchar(length=254)
    may = Varchar(length=8)
    created_at = Timestamptz()


class Letter(Table):
    """A mail to be sent: ``state`` is waiting, sent or failed, ``not_before`` when to try (again).

    ``text`` and ``html`` are emptied once it is sent or given up, for they may hold a secret.
    ``owner`` is whose notice it is, who sees what became of it; none of a login. ``unsubscribe`` is
    the address that ends such notices. The lowest ``turn`` is sent first.
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
