"""Send the due e-mails of the outbox to the mail server, and record the outcome of each."""

import asyncio
import logging
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from app.db.accounts.tables import Email
from app.db.notifications.email_outbox import claim_email, note_failure, note_sent
from app.settings import SettingError, Settings

ANSWER_TIMEOUT_S = 30
# The time limit for one e-mail; another worker claims it after two minutes.
GIVE_UP_AFTER_S = 90
PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}
# SMTP codes from here on are permanent refusals; other failures are tried again.
PERMANENT_FROM = 500
REFUSALS = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
NOT_AN_ADDRESS = (
    "SIALOSCOPE_SMTP_URL must be like smtp://user:password@host:port. In the user and the "
    "password, percent-encode every character that is not a letter or a digit, such as %40 for @."
)
# Python raises these for an e-mail that can never become a valid message.
NO_MESSAGE = (ValueError, IndexError, MessageError)
FAULTS = (OSError, aiosmtplib.SMTPException, *NO_MESSAGE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The address and the login of the mail server, and the sender of the e-mails."""

    host: str
    port: int
    scheme: str
    user: str | None
    password: str | None
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        """Return the mail server of the settings; None if e-mail is not configured.

        Raises:
            SettingError: the settings have no valid server or no sender.
        """
        if not settings.smtp_url:
            return None
        if "@" not in parseaddr(settings.mail_from)[1]:
            raise SettingError(
                "SIALOSCOPE_SMTP_URL is set, so SIALOSCOPE_MAIL_FROM must be the sender's address, "
                "such as sialoscope@lab.example."
            )
        url = urlsplit(settings.smtp_url)
        host, port = _host_and_port(url)
        return cls(
            host=host,
            port=port,
            scheme=url.scheme,
            user=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            sender=settings.mail_from,
        )

    @property
    def options(self) -> dict[str, Any]:
        """Return the arguments with which aiosmtplib connects to the server."""
        return {
            "hostname": self.host,
            "port": self.port,
            "username": self.user,
            "password": self.password,
            "use_tls": self.scheme == "smtps",
            # smtp:// uses encryption if the server offers it, starttls:// requires it.
            "start_tls": {"smtps": False, "starttls": True}.get(self.scheme),
            "timeout": ANSWER_TIMEOUT_S,
        }

    async def send(self, email: Email) -> None:
        """Send an e-mail to the server.

        Raises:
            OSError: the server cannot be reached.
            aiosmtplib.SMTPException: the server refuses the e-mail.
        """
        await aiosmtplib.send(
            _message(email, self.sender),
            **self.options,
        )


def _host_and_port(url: SplitResult) -> tuple[str, int]:
    try:
        host, port = url.hostname, url.port or PORTS[url.scheme]
    except ValueError:  # the port is not a number; the error may quote the password
        raise SettingError(NOT_AN_ADDRESS) from None
    if not host:
        raise SettingError(NOT_AN_ADDRESS)
    return host, port


async def send_due_emails(server: MailServer) -> int:
    """Send the due e-mails one by one, and return how many were tried."""
    tried = 0
    while email := await claim_email():
        await _try(server, email)
        tried += 1
    return tried


async def _try(server: MailServer, email: Email) -> None:
    try:
        async with asyncio.timeout(GIVE_UP_AFTER_S):
            await server.send(email)
    except FAULTS as error:
        # Log neither the text of an e-mail nor the password of the server.
        logger.warning("E-mail %s was not sent: %s", email.id, type(error).__name__)
        await note_failure(email, _error_text(error), is_permanent=_is_permanent(error))
    else:
        await note_sent(email)


class WholeAddress(UnstructuredHeader, BaseHeader):
    """A header that keeps a long URL whole; Python would turn it into an encoded word."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header on one line, which may have 998 characters (RFC 5322)."""
        return f"{self.name}: {self}{policy.linesep}"


def _message(email: Email, sender: str) -> EmailMessage:
    headers = HeaderRegistry()
    headers.map_to_type("list-unsubscribe", WholeAddress)
    message = EmailMessage(EmailPolicy(header_factory=headers))
    message["From"] = sender
    message["To"] = email.recipient
    message["Subject"] = email.subject
    message["Date"] = formatdate(email.created_at.timestamp())
    # The same at each attempt, so that a mailbox can recognize a duplicate.
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{email.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if email.unsubscribe:  # of one click: RFC 8058
        message["List-Unsubscribe"] = f"<{email.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    return message


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= PERMANENT_FROM for each in error.recipients)
    if isinstance(error, REFUSALS):
        return error.code >= PERMANENT_FROM
    return isinstance(error, NO_MESSAGE)


def _error_text(error: Exception) -> str:
    """Return the text of an error for the administrators' list of e-mails."""
    return f"{type(error).__name__}: {error}"[:500]
