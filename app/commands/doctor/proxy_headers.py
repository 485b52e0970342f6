"""Finds headers of a request that a reverse proxy changes, or that the web does not trust."""

import re
from typing import Any
from urllib.parse import urlsplit

from app.commands.doctor.finding import Finding, warning
from app.commands.probe_client import Seen
from app.settings import Settings

NGINX_HEADERS = (
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; "
    "proxy_set_header X-Forwarded-Proto $scheme;"
)


def check_headers(seen: Seen, url: str, settings: Settings) -> list[Finding]:
    """The findings about a request as the web received it; none without a proxy."""
    received, parts = seen.arrived, urlsplit(url)
    if received["port"] == seen.own_port:  # there is no proxy
        return []
    return [
        *_check_host_header(received["host"], parts.netloc.rpartition("@")[2]),
        *_check_client_address(received, settings),
        *_check_scheme(received["forwarded_proto"], parts.scheme),
    ]


def _check_host_header(received: str, sent: str) -> list[Finding]:
    if received == sent:
        return []
    return [
        warning(
            "proxy-host",
            f"The proxy changes the host {sent} to {received}.",
            why="Forms and event streams are refused, as if they came from another site.",
            remedy=NGINX_HEADERS,
        )
    ]


def _check_client_address(received: dict[str, Any], settings: Settings) -> list[Finding]:
    if not received["forwarded_for"]:
        return [
            warning(
                "proxy-forwarded",
                "The proxy does not send the address of the client (X-Forwarded-For).",
                why="All users share one limit of login attempts.",
                remedy=NGINX_HEADERS,
            )
        ]
    return [] if _is_trusted(received) else [_not_trusted(received["client"], settings)]


def _check_scheme(received: str, sent: str) -> list[Finding]:
    if received in ("", sent):
        return []
    return [
        warning(
            "proxy-scheme",
            f"The proxy forwards a request over {sent} as {received} (X-Forwarded-Proto).",
            why="Links and redirects lead to the wrong address.",
            remedy=NGINX_HEADERS,
        )
    ]


def _is_trusted(received: dict[str, Any]) -> bool:
    """Whether the web took the client's address and port from the header of the proxy."""
    forwarded = re.split(r"[,\s]+", received["forwarded_for"])
    with_port = f"{received['client']}:{received['port']}"
    return with_port in forwarded or (received["port"] == 0 and received["client"] in forwarded)


def _not_trusted(proxy: str, settings: Settings) -> Finding:
    proxies = ",".join((*settings.trusted_proxies, proxy))
    return warning(
        "proxy-trusted",
        f"The web does not trust the client addresses from the proxy at {proxy}.",
        why="All users share one limit of login attempts.",
        remedy=f"SIALOSCOPE_TRUSTED_PROXIES={proxies}",
    )
