"""Where a webhook may lead, and where it may not."""

import asyncio

import pytest
from yarl import URL

from app.db.notifications.webhooks import WebhookError
from app.notifications.webhooks.addresses import (
    ForbiddenAddressError,
    is_public,
    require_url,
)
from app.notifications.webhooks.pinned_resolver import resolved

PRIVATE = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "168.63.129.16", "100.100.100.200", "100.64.0.1", "192.0.0.192"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "198.18.0.1"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1"),
    *("ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::"),
    "::ffff:168.63.129.16",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_machine_is_not_called(address: str) -> None:
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ForbiddenAddressError, match="SIALOSCOPE_WEBHOOKS_TO_PRIVATE"):
        require_url(f"https://{host}/x", to_private=False)
    allowed = require_url(f"http://{host}/x", to_private=True)
    assert allowed.endswith("/x")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_a_public_machine_is_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("https://localhost/", "https://LOCALHOST./x", "https://2130706433/", "https://127.1/"),
        *("https://0x7f.1/", "https://0177.0.0.1/", "https://[::ffff:127.0.0.1]/"),
        *("https://[::1]:8080/", "https://[fe80::1%25lo]/", "https://127.0.0.1.:1/"),
    ],
)
def test_a_name_of_this_machine_is_recognized_by_its_addresses(url: str) -> None:
    with pytest.raises((ForbiddenAddressError, OSError)):
        asyncio.run(resolved(URL(url), to_private=False))


def test_what_is_said_of_a_private_name_does_not_tell_its_address() -> None:
    with pytest.raises(ForbiddenAddressError, match="localhost is an address of") as refused:
        asyncio.run(resolved(URL("https://localhost/"), to_private=False))
    assert "127.0.0.1" not in str(refused.value)
    assert "::1" not in str(refused.value)


def test_the_connection_goes_to_the_addresses_that_were_checked() -> None:
    async def work() -> None:
        pinned = await resolved(URL("https://1.1.1.1:8443/x"), to_private=False)
        for name in ("1.1.1.1", "localhost", "rebound.example"):
            (found,) = await pinned.resolve(name, 1)
            assert (found["host"], found["port"]) == ("1.1.1.1", 8443)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://lab.example/x", "must begin with https://"),
        ("ftp://lab.example/x", "whole address"),
        ("file:///etc/passwd", "whole address"),
        ("//lab.example/x", "whole address"),
        ("lab.example", "whole address"),
        ("https://", "whole address"),
        ("https://lab.example:99999/", "whole address"),
        ("https://lab.example\r\nX: y/", "whole address"),
        ("https://lab.example\\@evil.example/", "whole address"),
        ("https://lab.example/ x", "whole address"),
        ("https://lab.example/" + "x" * 2000, "whole address"),
        ("https://ada:secret@lab.example/", "Leave user and password out"),
    ],
)
def test_an_invalid_address_of_a_webhook_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(WebhookError, match=sentence):
        require_url(url, to_private=False)


def test_an_address_is_kept_as_it_was_meant() -> None:
    typed = " https://lab.example:8443/sialoscope?from=lab#part "
    kept = "https://lab.example:8443/sialoscope?from=lab"
    assert require_url(typed, to_private=False) == kept
