"""Check the environment for misspelled variables and for unsafe or contradictory settings."""

from difflib import get_close_matches
from urllib.parse import urlsplit

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning
from app.server.unknown_settings import known_settings, unknown_settings
from app.settings import LOOPBACK_HOSTS, Settings, variables

SHORTEST_TOKEN = 16
GENERATED = "what 'openssl rand -hex 24' prints"
SIMILARITY_OF_TYPOS = 0.85
LAST_RULE_S = 300


async def check(installation: Installation) -> Findings:
    """Check each variable of the environment, and look for missing ones."""
    settings = installation.settings
    found = [*_unknown(installation), *_misspelled(installation), *_check_access(settings)]
    found += _check_limits(settings)
    for each in found:
        yield each
    if not found:
        yield ok("settings", "All variables are known and agree with each other.")


def _unknown(installation: Installation) -> list[Finding]:
    return [
        error(
            "settings-unknown",
            f"There is no setting {name}.",
            why="The setting that you meant keeps its default value.",
            remedy=f"Rename it to {near}." if near else f"unset {name}",
        )
        for name, near in unknown_settings(installation.environment).items()
    ]


def _misspelled(installation: Installation) -> list[Finding]:
    """Find misspelled variables without our prefix, such as ``DATABSE_URL``."""
    parts = {each.name for each in variables().values() if each.name.endswith("_URL")}
    parts -= known_settings()
    others = [name for name in installation.environment if name not in parts]
    meant = {
        name: get_close_matches(name, parts, n=1, cutoff=SIMILARITY_OF_TYPOS) for name in others
    }
    return [
        warning(
            "settings-misspelled",
            f"{name} is set, but nothing reads it; {near[0]} is not set.",
            why="Sialoscope uses its default instead of the server that you meant.",
            remedy=f"Rename it to {near[0]}.",
        )
        for name, near in sorted(meant.items())
        if near and near[0] not in installation.environment
    ]


def _check_access(settings: Settings) -> list[Finding]:
    return [
        *_check_token(
            "SIALOSCOPE_TOKEN",
            settings.token,
            why="Anybody who guesses it can read and delete everything.",
        ),
        *_check_token(
            "SIALOSCOPE_METRICS_TOKEN",
            settings.metrics_token,
            why="Anybody who guesses it can read /metrics.",
        ),
        *_check_hosts(settings),
        *_check_public_url(settings),
    ]


def _check_token(name: str, token: str, *, why: str) -> list[Finding]:
    if not token or len(token) >= SHORTEST_TOKEN:
        return []
    what = f"{name} has only {len(token)} characters."
    return [error("settings-token", what, why=why, remedy=f"{name}={GENERATED}")]


def _check_hosts(settings: Settings) -> list[Finding]:
    if _is_loopback(settings.host) or settings.allowed_hosts or settings.public_url:
        return []
    return [
        error(
            "settings-allowed-hosts",
            f"The web listens on {settings.host}, but answers only to loopback names.",
            why="Requests from other machines are refused with 400.",
            remedy="SIALOSCOPE_ALLOWED_HOSTS=the.name.users.type",
        )
    ]


def _check_limits(settings: Settings) -> list[Finding]:
    soft_s, hard_s = settings.soft_limit_s, settings.hard_limit_s
    if soft_s < hard_s:
        return []
    return [
        warning(
            "settings-limits",
            f"An analysis is asked to end after {soft_s} s, and killed after {hard_s} s.",
            why="It is killed before it is asked, and its process must be restarted.",
            remedy=f"SIALOSCOPE_HARD_LIMIT_S={soft_s + LAST_RULE_S}  # longer than a rule takes",
        )
    ]


def _check_public_url(settings: Settings) -> list[Finding]:
    if settings.has_accounts and not settings.public_url:
        return [
            warning(
                "settings-public-url",
                "There are accounts, but no public address.",
                why="Links in e-mail and invitations work only on this machine.",
                remedy="SIALOSCOPE_PUBLIC_URL=https://the.name.users.type",
            )
        ]
    is_public = not _is_loopback(urlsplit(settings.public_url).hostname or "localhost")
    if is_public and not settings.is_https:
        return [
            error(
                "settings-plain-http",
                f"Users open {settings.public_url} without encryption.",
                why="Others on the network can read passwords, tokens and tables.",
                remedy=f"SIALOSCOPE_PUBLIC_URL=https{settings.public_url.removeprefix('http')}",
            )
        ]
    return []


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host in {"::1", *LOOPBACK_HOSTS}
