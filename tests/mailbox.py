"""A real mail server for tests that keeps the e-mails it receives."""

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port, wait_until


class Mailbox:
    """Takes letters, or answers with a refusal while it has one."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.as_sent: list[bytes] = []
        self.refusal = ""
        self.url = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        self.as_sent.append(envelope.original_content or b"")
        message = email.message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        return "250 Taken"

    def to(self, name: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == name]

    def next_to(self, name: str, *, known: int = 0) -> EmailMessage:
        """The next e-mail to somebody after the known ones."""
        wait_until(lambda: len(self.to(name)) > known)
        return self.to(name)[known]


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        controller.stop()


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body
    return str(body.get_content())


def link_in(letter: EmailMessage) -> str:
    (link,) = re.findall(r"https?://\S+", text_of(letter))
    return str(link)
