"""Which mail server the settings name."""

import pytest

from app.notifications.email.smtp import MailServer
from app.settings import SettingError, Settings


def server(url: str, sender: str = "Lab <no-reply@lab.example>") -> MailServer | None:
    environment = {"SIALOSCOPE_SMTP_URL": url, "SIALOSCOPE_MAIL_FROM": sender}
    return MailServer.of(Settings.from_environment(environment))


def test_a_mail_server_is_known_by_its_address() -> None:
    assert server("") is None
    found = server("starttls://ada:a%40b@mail.lab.example")
    assert found
    assert (found.host, found.port, found.user, found.password) == (
        *("mail.lab.example", 587, "ada"),
        "a@b",
    )
    settings = Settings.from_environment({"SIALOSCOPE_SMTP_URL": "smtp://ada:hidden@host"})
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "sender", "sentence"),
    [
        ("http://host", "a@b.example", "must begin with smtp://"),
        ("smtp://host:x", "a@b.example", "SIALOSCOPE_SMTP_URL is no address"),
        ("smtp://", "a@b.example", "must be like smtp://"),
        ("smtp://host", "", "SIALOSCOPE_MAIL_FROM must be"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_reported(
    url: str, sender: str, sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence):
        server(url, sender)
