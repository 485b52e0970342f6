"""Build the ``redis-cli`` command that connects to the server of ``REDIS_URL``."""

from shlex import quote
from urllib.parse import parse_qs, unquote, urlsplit

USUAL_PORT = 6379


def redis_cli(url: str) -> str:
    """Return the start of a command; it prompts for the password, so that nobody can see it."""
    parts = urlsplit(url)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
    words = ["redis-cli"]
    if parts.scheme == "unix":
        words.append(f"-s {quote(unquote(parts.path))}")
    elif parts.scheme in ("redis", "rediss"):
        words.append(f"-h {parts.hostname or 'localhost'} -p {parts.port or USUAL_PORT}")
    else:
        words.append("-h THE-PRIMARY")
    if parts.scheme in ("rediss", "sentinels"):
        words.append("--tls")
    if user := parts.username or query.get("username"):
        words.append(f"--user {quote(unquote(user))}")
    if parts.password or "password" in query:
        words.append("--askpass")
    return " ".join(words)


def config_set(cli: str, what: str) -> str:
    """Return the command that changes a setting now, with a reminder to change the file too."""
    return f"{cli} config set {what}  # and the same line in the server's file, for its next start"
