"""What the environment makes of the settings."""

import pytest

from app.server.unknown_settings import forget_unknown_settings
from app.settings import Settings


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "http://127.0.0.1:8765"),
        ("0.0.0.0", "http://127.0.0.1:8765"),  # noqa: S104 - read, not bound
        ("::", "http://[::1]:8765"),
        ("[::1]", "http://[::1]:8765"),
        ("10.1.2.3", "http://10.1.2.3:8765"),
    ],
)
def test_the_address_to_open_is_one_that_the_server_answers_to(host: str, address: str) -> None:
    settings = Settings.from_environment({"SIALOSCOPE_HOST": host})
    assert settings.local_address == address
    assert any(address == f"http://{name}:8765" for name in settings.host_names)


def test_hosts_are_allowed_besides_the_loopback_names() -> None:
    settings = Settings.from_environment({"SIALOSCOPE_ALLOWED_HOSTS": " lab.test, ,mass.test"})
    assert {"localhost", "127.0.0.1", "lab.test", "mass.test"} <= set(settings.host_names)


def test_a_start_warns_once_of_a_variable_that_is_no_setting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = {"SIALOSCOPE_URL": "x", "SIALOSCOPE_ACCOUNTS": "true"}
    environment = known | {"SIALOSCOPE_ACCOUNT": "true"}
    forget_unknown_settings(environment)
    assert caplog.messages == [
        "There is no setting SIALOSCOPE_ACCOUNT, so it changes nothing. "
        "Rename it to SIALOSCOPE_ACCOUNTS, or unset it."
    ]
    assert environment == known
