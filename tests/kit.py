"""``deploy/`` and ``docs/operations.md`` in a folder and on ports of the test's own.

Only paths, ports, users and the number of connections are replaced in files and commands.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path

import trustme

from tests.conftest import ROOT
from tests.servers import PostgreSQL, free_port, postgresql_binaries

KIT = ROOT / "deploy"
DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
NAME = "sialoscope.lab.example"
AT_ONCE = 50  # requests of one address, fewer than in the kit
STEP = re.compile(r"^### \d+\. (.+?)\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Kit:
    """The files of a server; ``moved`` has the replacements in files and commands."""

    folder: Path
    postgresql: PostgreSQL
    web_port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    authority: trustme.CA = field(default_factory=trustme.CA)

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.tls_port}"

    @property
    def path(self) -> str:
        places = (self.folder / "bin", postgresql_binaries(), "/usr/sbin", os.environ["PATH"])
        return ":".join(str(place) for place in places)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the services."""
        return settings_of(self.folder / "etc" / "sialoscope.env")

    @property
    def moved(self) -> dict[str, str]:
        user = getuser()
        return {
            "/opt/sialoscope/current/.venv/bin": str(Path(sys.executable).parent),
            "/opt/sialoscope/current/deploy": str(self.folder / "deploy"),
            "/opt/sialoscope/current/static": str(ROOT / "static"),
            "/usr/local/bin": str(self.folder / "bin"),
            "/etc/sialoscope": str(self.folder / "etc"),
            "/etc/redis": str(self.folder / "redis"),
            "/etc/nginx/nginx.conf": str(self.folder / "nginx.conf"),
            "/var/lib/sialoscope": str(self.folder / "data"),
            "/var/lib/redis": str(self.folder / "redis"),
            "/var/www/html": str(self.folder / "www"),
            "/var/log/nginx": str(self.folder / "log"),
            "/run/nginx.pid": str(self.folder / "nginx.pid"),
            "user www-data;": f"user {user};",
            "= sialoscope ]": f"= {user} ]",
            "-u sialoscope": f"-u {user}",
            "-g sialoscope": "",
            "-g redis": "",
            "runuser -u postgres --": "",
            "limit_conn addresses 2000;": f"limit_conn addresses {AT_ONCE};",
            "listen 443": f"listen 127.0.0.1:{self.tls_port}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "127.0.0.1:8765": f"127.0.0.1:{self.web_port}",
            "#SIALOSCOPE_PORT=8765": f"SIALOSCOPE_PORT={self.web_port}",
            "port 6379": f"port {self.redis_port}",
            ":6379": f":{self.redis_port}",
            "@127.0.0.1/sialoscope": f"@127.0.0.1:{self.postgresql.port}/sialoscope",
            f"https://{NAME}": self.url,
        }

    def lay(self) -> None:
        """Put the kit's files where the document expects them, with the replacements."""
        for place in ("deploy/systemd", "bin", "redis", "log", "etc/tls"):
            (self.folder / place).mkdir(parents=True)
        for file in [path for path in KIT.rglob("*") if path.is_file()]:
            moved = self.folder / "deploy" / file.relative_to(KIT)
            moved.write_text(self._move(file.read_text()))
            moved.chmod(file.stat().st_mode)
        self.authority.cert_pem.write_to_path(self.folder / "ca.pem")
        curl = (f"resolve = {NAME}:{self.tls_port}:127.0.0.1", f"cacert = {self.folder}/ca.pem")
        (self.folder / ".curlrc").write_text("\n".join(curl))
        certificate = self.authority.issue_cert(NAME)
        certificate.private_key_pem.write_to_path(self.folder / "etc/tls/privkey.pem")
        for pem in certificate.cert_chain_pems:
            pem.write_to_path(self.folder / "etc/tls/fullchain.pem", append=True)

    def follow(self, step: str, typed: str = "") -> str:
        """Run the commands of a step of the document, and return their output."""
        done = subprocess.run(
            ["sh", "-euc", self._move(commands(step))],
            env=self._shell_environment(),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _move(self, text: str) -> str:
        for place, moved in self.moved.items():
            text = text.replace(place, moved)
        return text

    def _shell_environment(self) -> dict[str, str]:
        return {
            "PATH": self.path,
            "CURL_HOME": str(self.folder),
            "PGHOST": str(self.postgresql.folder),
            "PGPORT": str(self.postgresql.port),
            "PGUSER": self.postgresql.superuser,
        }


def commands(step: str) -> str:
    """The commands of a step in the document."""
    return "\n".join(
        SHELL.findall(next(text for title, text in STEP.findall(DOCUMENT) if title == step))
    )


def settings_of(file: Path) -> dict[str, str]:
    """The variables that a file sets, as systemd reads it."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
