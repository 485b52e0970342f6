"""Check that the mail server answers, uses encryption and accepts the login."""

from email.utils import parseaddr

import aiosmtplib

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.notifications.email.smtp import MailServer
from app.settings import LOOPBACK_HOSTS, SettingError

ANSWER_TIMEOUT_S = 10
WHY = "Nobody receives invitations, password links or notifications."


async def check(installation: Installation) -> Findings:
    """Connect to the mail server and log in, as for an e-mail, without sending one."""
    try:
        server = MailServer.of(installation.settings)
    except SettingError as fault:
        yield error("mail-settings", str(fault), why=WHY, remedy="SIALOSCOPE_MAIL_FROM=you@lab")
        return
    if server is None:
        yield ok("mail", "E-mail is not configured; users copy links from the page.")
        return
    yield await _check_server(server)


async def _check_server(server: MailServer) -> Finding:
    try:
        is_encrypted = await _connect(server)
    except (OSError, aiosmtplib.SMTPException) as fault:
        return error(
            "mail-away",
            f"{server.host}:{server.port} accepts no mail ({str(fault) or type(fault).__name__}).",
            why=WHY,
            remedy="Start it, or correct SIALOSCOPE_SMTP_URL.",
        )
    if not is_encrypted and server.host not in LOOPBACK_HOSTS:
        return warning(
            "mail-plain",
            f"{server.host} does not offer encryption.",
            why="Others on the network can read the links that set passwords.",
            remedy="SIALOSCOPE_SMTP_URL=starttls://user:password@host",
        )
    return ok("mail", f"{server.host} accepts mail from {parseaddr(server.sender)[1]}.")


async def _connect(server: MailServer) -> bool:
    """Connect, log in if there are credentials, and return whether the connection uses TLS."""
    client = aiosmtplib.SMTP(**server.options | {"timeout": ANSWER_TIMEOUT_S})
    async with client:
        return client.get_transport_info("ssl_object") is not None
