"""The e-mail notifications that owners chose, and their addresses; nobody gets any by default."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import NamedTuple

from app.db.accounts.names import LONGEST_NAME
from app.db.accounts.secrets import new_secret
from app.db.accounts.tables import Account
from app.db.engine.transaction import transaction
from app.db.jobs.conditions import Values
from app.db.notifications.digests import end_digest
from app.db.notifications.tables import MailChoice
from app.runtime.login_token import LOCAL_USER

# E-mails about jobs that succeeded, jobs that failed, and webhooks that were disabled.
DONE, FAILED, WEBHOOK = "done", "failed", "webhook"
KINDS = (DONE, FAILED, WEBHOOK)


class MailChoiceError(Exception):
    """A choice of e-mails is not possible; the text says why and what to do."""


class Recipient(NamedTuple):
    """The address of an owner, and the path of the page that unsubscribes."""

    address: str
    unsubscribe: str


async def choice_of(owner: str) -> MailChoice:
    """Return the choice of an owner; no e-mails at first."""
    choice = await MailChoice.select().where(MailChoice.owner == owner).first()
    return MailChoice(**choice or {"owner": owner, "secret": new_secret()})


async def choose(owner: str, kinds: set[str], *, address: str = "") -> None:
    """Store which e-mails an owner wants; ``address`` is only for the local user.

    Raises:
        MailChoiceError: there is no such kind of e-mail, or no address to send it to.
    """
    if not kinds <= set(KINDS):
        raise MailChoiceError(f"Choose among the e-mails {', '.join(KINDS)}.")
    address = address.strip() if owner == LOCAL_USER else ""
    if address and not is_one_address(address):
        raise MailChoiceError("This is not an e-mail address; write one such as ada@lab.example.")
    choice = await choice_of(owner)
    choice.address, choice.kinds = address, " ".join(kind for kind in KINDS if kind in kinds)
    if kinds and not await address_of(choice):
        raise MailChoiceError(
            "There is no address to send e-mails to. Write yours, or ask an administrator for an "
            "account whose name is an e-mail address."
        )
    await MailChoice.insert(choice).on_conflict(
        target=MailChoice.owner,
        action="DO UPDATE",
        values=[MailChoice.address, MailChoice.kinds],
    )


async def recipient(owner: str) -> Recipient | None:
    """Return the recipient of an owner's e-mails; None without an address."""
    choice = await choice_of(owner)
    address = await address_of(choice)
    if not address:
        return None
    await MailChoice.insert(choice).on_conflict(target=MailChoice.owner, action="DO NOTHING")
    kept = await choice_of(owner)  # another process may have made it first
    return Recipient(address, f"/unsubscribe/{kept.secret}")


async def address_of(choice: MailChoice) -> str:
    """Return the address of an owner; empty if there is none or the account is disabled."""
    if choice.owner == LOCAL_USER:
        return str(choice.address)
    account = await Account.objects().where(Account.id == choice.owner).first()
    is_usable = account and not account.disabled and is_one_address(account.name)
    return str(account.name) if account and is_usable else ""


async def has_emails(secret: str) -> bool:
    """Whether a secret belongs to an unsubscribe link."""
    return bool(await MailChoice.count().where(MailChoice.secret == secret))


async def end_emails(secret: str) -> None:
    """Stop the notifications and the digest of the owner of an unsubscribe link."""
    nothing: Values = {MailChoice.kinds: ""}
    async with transaction():
        ended = MailChoice.update(nothing).where(MailChoice.secret == secret)
        for row in await ended.returning(MailChoice.owner):
            await end_digest(row["owner"])


def is_one_address(text: str) -> bool:
    """Whether a text is exactly one e-mail address, so that it cannot inject a header.

    Line ends, several addresses, display names and comments are not allowed.
    """
    local, _, domain = text.rpartition("@")
    is_plain = text.isprintable() and " " not in text and len(text) <= LONGEST_NAME
    if not (is_plain and local and domain) or set(text) & set(',;:<>()[]"\\'):
        return False
    try:
        return Address(addr_spec=text).addr_spec == text
    except (ValueError, IndexError, HeaderParseError):  # IndexError: a text without an end
        return False
