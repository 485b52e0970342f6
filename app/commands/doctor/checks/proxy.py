"""Whether what stands before the web lets everything through, at once and unchanged."""

import re
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.commands.probe_client import FAULTS, Seen, WebAwayError, ask, how_seen, open_test_stream
from app.progress.probes import Probes
from app.runtime.redis_connection import connect
from app.settings import Settings

EVENTS = 3
# certbot renews what ends within 30 days, and tries twice a day.
RENEWED_BEFORE = timedelta(days=14)
REFUSED_HOST, TOO_LARGE = 400, 413
NGINX_HEADERS = (
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; "
    "proxy_set_header X-Forwarded-Proto $scheme;"
)


async def check(installation: Installation) -> Findings:
    """Ask the web through the address that users open; nothing is looked at without one."""
    if not installation.url:
        return
    try:
        async with connect(installation.settings.redis_url) as redis:
            probes = Probes(redis)
            ticket = await probes.begin()
            try:
                async for each in _through(installation, probes, ticket):
                    yield each
            finally:
                await probes.end(ticket)
    except RedisError:
        return  # told by the check of Redis


async def _through(installation: Installation, probes: Probes, ticket: str) -> Findings:
    url, settings = installation.url, installation.settings
    try:
        seen = await how_seen(url, ticket)
        found = [*_of_certificate(seen, url), *_of_headers(seen, url, settings)]
        found += await _of_host(url)
        found += [*await _of_uploads(url, settings), *await _of_streams(url, probes, ticket)]
    except ssl.SSLError as fault:
        yield error(
            "proxy-tls",
            f"{url} has no certificate that can be trusted ({fault.reason or fault}).",
            why="Browsers warn, and programs refuse.",
            remedy="certbot --nginx  # or put the whole chain into ssl_certificate",
        )
    except (WebAwayError, *FAULTS) as fault:
        yield error(
            "proxy-away",
            f"This Sialoscope cannot be reached at {url} ({fault}).",
            why="Users cannot open it.",
            remedy="Start the web and the proxy, or correct SIALOSCOPE_PUBLIC_URL.",
        )
    else:
        for each in found:
            yield each
        if not found:
            yield ok("proxy", f"Events, uploads and addresses come through {url} unchanged.")


def _of_certificate(seen: Seen, url: str) -> list[Finding]:
    ends = seen.certificate_ends
    if not ends or ends - datetime.now(UTC) > RENEWED_BEFORE:
        return []
    return [
        warning(
            "proxy-certificate",
            f"The certificate of {url} ends on {ends:%Y-%m-%d at %H:%M} UTC and is not renewed.",
            why="From then on browsers warn, and programs refuse.",
            remedy="certbot renew  # and see why it did not: systemctl status certbot.timer",
        )
    ]


def _of_headers(seen: Seen, url: str, settings: Settings) -> list[Finding]:
    told, parts = seen.told, urlsplit(url)
    if told["port"] == seen.own_port:  # nothing stands between
        return []
    findings = []
    if told["host"] != parts.netloc.rpartition("@")[2]:
        findings.append(
            warning(
                "proxy-host",
                f"The proxy turns the host {parts.netloc} into {told['host']}.",
                why="Forms and streams of pages are refused as those of a foreign page.",
                remedy=NGINX_HEADERS,
            )
        )
    if not told["forwarded_for"]:
        findings.append(
            warning(
                "proxy-forwarded",
                "The proxy does not tell where requests come from (X-Forwarded-For).",
                why="All users share one limit of tries at the login.",
                remedy=NGINX_HEADERS,
            )
        )
    elif not _is_believed(told):
        findings.append(_not_trusted(told["client"], settings))
    if told["forwarded_proto"] not in ("", parts.scheme):
        findings.append(
            warning(
                "proxy-scheme",
                f"The proxy says {told['forwarded_proto']} of a request by {parts.scheme}.",
                why="Links and redirects lead to the wrong address.",
                remedy=NGINX_HEADERS,
            )
        )
    return findings


def _is_believed(told: dict[str, Any]) -> bool:
    """Whether the web took the client from the header; its address alone may be the proxy's too."""
    forwarded = re.split(r"[,\s]+", told["forwarded_for"])
    with_port = f"{told['client']}:{told['port']}"
    return with_port in forwarded or (told["port"] == 0 and told["client"] in forwarded)


def _not_trusted(proxy: str, settings: Settings) -> Finding:
    proxies = ",".join((*settings.trusted_proxies, proxy))
    return warning(
        "proxy-trusted",
        f"What the proxy at {proxy} tells of addresses is not believed.",
        why="All users share one limit of tries at the login.",
        remedy=f"SIALOSCOPE_TRUSTED_PROXIES={proxies}",
    )


async def _of_host(url: str) -> list[Finding]:
    if (await ask(url, "GET", "/login", {})).status != REFUSED_HOST:
        return []
    host = urlsplit(url).hostname
    return [
        error(
            "proxy-host-refused",
            f"The web does not answer to the host of {url}.",
            why="Users see an error instead of the page.",
            remedy=f"SIALOSCOPE_ALLOWED_HOSTS={host}",
        )
    ]


async def _of_uploads(url: str, settings: Settings) -> list[Finding]:
    """Announce the largest upload without sending it: who does not take it says so at once."""
    size = str(settings.upload_limit_bytes)
    try:
        arrival = await ask(url, "POST", "/api/v1/jobs", {"Content-Length": size})
    except TimeoutError:  # it waits for the upload
        return []
    if arrival.status != TOO_LARGE:
        return []
    return [
        error(
            "proxy-uploads",
            f"The proxy takes no upload of {settings.upload_limit_bytes // 1_000_000} MB.",
            why="Larger tables are refused before Sialoscope sees them.",
            remedy=f"client_max_body_size {settings.upload_limit_bytes // 1_000_000 + 1}m;",
        )
    ]


async def _of_streams(url: str, probes: Probes, ticket: str) -> list[Finding]:
    """Publish one event after the other, each once the one before has arrived."""
    async with open_test_stream(url, probes, ticket) as hearing:
        arrives = await hearing.connected()
        for number in range(EVENTS):
            arrives = arrives and await hearing.echo_s(f"event {number}") is not None
    if arrives:
        return []
    return [
        error(
            "proxy-buffers",
            f"Events do not come through {url} while their stream is open.",
            why="Progress stands still, and pages fall back to asking every 2 s.",
            remedy="proxy_buffering off; proxy_http_version 1.1; proxy_read_timeout 1h;",
        )
    ]
