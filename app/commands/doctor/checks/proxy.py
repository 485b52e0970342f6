"""Check that a reverse proxy passes requests, uploads and events on, unchanged and at once."""

import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.commands.doctor.proxy_headers import check_headers
from app.commands.probe_client import FAULTS, Seen, WebAwayError, ask, how_seen, open_test_stream
from app.progress.probes import Probes
from app.runtime.redis_connection import connect
from app.settings import Settings

EVENTS = 3
# certbot renews certificates 30 days before they expire, and tries twice a day.
RENEWED_BEFORE = timedelta(days=14)
REFUSED_HOST, TOO_LARGE = 400, 413


async def check(installation: Installation) -> Findings:
    """Send requests to the address that users open; skip this if there is none."""
    if not installation.url:
        return
    try:
        async with connect(installation.settings.redis_url) as redis:
            probes = Probes(redis)
            ticket = await probes.begin()
            try:
                async for each in _check_through(installation, probes, ticket):
                    yield each
            finally:
                await probes.end(ticket)
    except RedisError:
        return  # the check of Redis reports it


async def _check_through(installation: Installation, probes: Probes, ticket: str) -> Findings:
    url = installation.url
    try:
        found = await _all_of(installation, probes, ticket)
    except ssl.SSLError as fault:
        yield error(
            "proxy-tls",
            f"The certificate of {url} cannot be trusted ({fault.reason or fault}).",
            why="Browsers show a warning, and programs refuse to connect.",
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


async def _all_of(installation: Installation, probes: Probes, ticket: str) -> list[Finding]:
    """The findings about the certificate, headers, uploads and streams, or that all is well."""
    url, settings = installation.url, installation.settings
    seen = await how_seen(url, ticket)
    found = [*_check_certificate(seen, url), *check_headers(seen, url, settings)]
    found += await _check_host(url)
    found += [*await _check_uploads(url, settings), *await _check_streams(url, probes, ticket)]
    return found or [ok("proxy", f"Events, uploads and addresses pass through {url} unchanged.")]


def _check_certificate(seen: Seen, url: str) -> list[Finding]:
    ends = seen.certificate_ends
    if not ends or ends - datetime.now(UTC) > RENEWED_BEFORE:
        return []
    return [
        warning(
            "proxy-certificate",
            f"The certificate of {url} expires on {ends:%Y-%m-%d at %H:%M} UTC.",
            why="After that, browsers show a warning and programs refuse to connect.",
            remedy="certbot renew  # and see why it did not: systemctl status certbot.timer",
        )
    ]


async def _check_host(url: str) -> list[Finding]:
    if (await ask(url, "GET", "/login", {})).status != REFUSED_HOST:
        return []
    host = urlsplit(url).hostname
    return [
        error(
            "proxy-host-refused",
            f"The web refuses the host name of {url}.",
            why="Users see an error instead of the page.",
            remedy=f"SIALOSCOPE_ALLOWED_HOSTS={host}",
        )
    ]


async def _check_uploads(url: str, settings: Settings) -> list[Finding]:
    """Announce the largest upload without sending it; a proxy with a lower limit refuses it."""
    size = str(settings.upload_limit_bytes)
    try:
        arrival = await ask(url, "POST", "/api/v1/jobs", {"Content-Length": size})
    except TimeoutError:  # the server accepts the size and waits for the upload
        return []
    if arrival.status != TOO_LARGE:
        return []
    return [
        error(
            "proxy-uploads",
            f"The proxy refuses an upload of {settings.upload_limit_bytes // 1_000_000} MB.",
            why="Large tables are refused before they reach Sialoscope.",
            remedy=f"client_max_body_size {settings.upload_limit_bytes // 1_000_000 + 1}m;",
        )
    ]


async def _check_streams(url: str, probes: Probes, ticket: str) -> list[Finding]:
    """Publish events one by one, each after the one before has arrived."""
    async with open_test_stream(url, probes, ticket) as hearing:
        has_arrived = await hearing.connected()
        for number in range(EVENTS):
            has_arrived = has_arrived and await hearing.echo_s(f"event {number}") is not None
    if has_arrived:
        return []
    return [
        error(
            "proxy-buffers",
            f"Events do not pass through {url} while their stream is open.",
            why="Progress does not move, and pages fall back to polling every 2 s.",
            remedy="proxy_buffering off; proxy_http_version 1.1; proxy_read_timeout 1h;",
        )
    ]
