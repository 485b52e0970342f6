"""Which letters an owner wants, and where they go: nobody is written to who did not ask for it."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import NamedTuple

from app.db.accounts.names import LONGEST_NAME
from app.db.accounts.secrets import new_secret
from app.db.accounts.tables import Account
from app.db.engine.transaction import transaction
from app.db.jobs.store import Values
from app.db.notifications.digests import end_digest
from app.db.notifications.tables import MailChoice
from app.runtime.login_token import LOCAL_USER

# On which jobs: those that succeeded, and those that failed; and on a webhook that was disabled.
DONE, FAILED, WEBHOOK = "done", "failed", "webhook"
KINDS = (DONE, FAILED, WEBHOOK)


class MailChoiceError(Exception):
    """Letters cannot be sent so; the text says why and what to do."""


class Recipient(NamedTuple):
    """Where the letters of an owner go, and the path of the page that ends them."""

    address: str
    unsubscribe: str


async def choice_of(owner: str) -> MailChoice:
    """What an owner has chosen; nothing at first."""
    choice = await MailChoice.select().where(MailChoice.owner == owner).first()
    return MailChoice(**choice or {"owner": owner, "secret": new_secret()})


async def choose(owner: str, kinds: set[str], *, address: str = "") -> None:
    """Note which letters an owner wants; ``address`` is that of the local user.

    Raises:
        MailChoiceError: there is no such letter, or no address to send it to.
    """
    if not kinds <= set(KINDS):
        raise MailChoiceError(f"Choose among the letters {', '.join(KINDS)}.")
    address = address.strip() if owner == LOCAL_USER else ""
    if address and not is_one_address(address):
        raise MailChoiceError("That is no e-mail address; write one such as ada@lab.example.")
    choice = await choice_of(owner)
    choice.address, choice.kinds = address, " ".join(kind for kind in KINDS if kind in kinds)
    if kinds and not await address_of(choice):
        raise MailChoiceError(
            "There is no e-mail address to send letters to. Write yours, or ask an administrator "
            "for an account whose name is one."
        )
    await MailChoice.insert(choice).on_conflict(
        target=MailChoice.owner,
        action="DO UPDATE",
        values=[MailChoice.address, MailChoice.kinds],
    )


async def recipient(owner: str) -> Recipient | None:
    """Where any letter to an owner goes; None without an address."""
    choice = await choice_of(owner)
    address = await address_of(choice)
    if not address:
        return None
    await MailChoice.insert(choice).on_conflict(target=MailChoice.owner, action="DO NOTHING")
    kept = await choice_of(owner)  # another process may have made it first
    return Recipient(address, f"/unsubscribe/{kept.secret}")


async def address_of(choice: MailChoice) -> str:
    """The address of an owner; empty without one, or for an account that is disabled."""
    if choice.owner == LOCAL_USER:
        return str(choice.address)
    account = await Account.objects().where(Account.id == choice.owner).first()
    is_usable = account and not account.disabled and is_one_address(account.name)
    return str(account.name) if account and is_usable else ""


async def has_emails(secret: str) -> bool:
    """Whether a secret is that of somebody's letters."""
    return bool(await MailChoice.count().where(MailChoice.secret == secret))


async def end_emails(secret: str) -> None:
    """Send no more letters to whom a secret belongs, and no digest."""
    nothing: Values = {MailChoice.kinds: ""}
    async with transaction():
        ended = MailChoice.update(nothing).where(MailChoice.secret == secret)
        for row in await ended.returning(MailChoice.owner):
            await end_digest(row["owner"])


def is_one_address(text: str) -> bool:
    """Whether a text is the address of one mailbox and nothing else, so that no header can be.

    Texts with line ends, several addresses, names beside them or comments are none.
    """
    local, _, domain = text.rpartition("@")
    is_plain = text.isprintable() and " " not in text and len(text) <= LONGEST_NAME
    if not (is_plain and local and domain) or set(text) & set(',;:<>()[]"\\'):
        return False
    try:
        return Address(addr_spec=text).addr_spec == text
    except (ValueError, IndexError, HeaderParseError):  # IndexError: a text without an end
        return False
