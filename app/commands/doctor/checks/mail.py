"""Whether letters can leave: the mail server answers, encrypts and lets this sender in."""

from email.utils import parseaddr

import aiosmtplib

from app.commands.doctor.finding import Findings, Installation, error, ok, warning
from app.notifications.email.smtp import MailServer
from app.settings import LOOPBACK_HOSTS, SettingError

ANSWER_TIMEOUT_S = 10
WHY = "No invitation, no new password and no notice reaches anybody."


async def check(installation: Installation) -> Findings:
    """Greet the mail server as a letter would, and hang up."""
    try:
        server = MailServer.of(installation.settings)
    except SettingError as fault:
        yield error("mail-settings", str(fault), why=WHY, remedy="SIALOSCOPE_MAIL_FROM=you@lab")
        return
    if server is None:
        yield ok("mail", "No mail is set up; links are shown to be copied.")
        return
    try:
        is_encrypted = await _greet(server)
    except (OSError, aiosmtplib.SMTPException) as fault:
        yield error(
            "mail-away",
            f"{server.host}:{server.port} takes no mail ({str(fault) or type(fault).__name__}).",
            why=WHY,
            remedy="Start it, or correct SIALOSCOPE_SMTP_URL.",
        )
        return
    if not is_encrypted and server.host not in LOOPBACK_HOSTS:
        yield warning(
            "mail-plain",
            f"{server.host} offers no encryption.",
            why="Links that set passwords can be read on the way.",
            remedy="SIALOSCOPE_SMTP_URL=starttls://user:password@host",
        )
        return
    yield ok("mail", f"{server.host} takes mail from {parseaddr(server.sender)[1]}.")


async def _greet(server: MailServer) -> bool:
    """Connect and log in where that is asked for; whether it was over TLS."""
    client = aiosmtplib.SMTP(**server.options | {"timeout": ANSWER_TIMEOUT_S})
    async with client:
        return client.get_transport_info("ssl_object") is not None
