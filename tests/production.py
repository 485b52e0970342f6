"""A server for many, set up by ``deploy/`` and the commands of ``docs/operations.md``.

Paths, ports and names of the kit are moved to a folder and ports of the test's own; nothing else
is changed. systemd does not run in tests, so each unit's ``ExecStart`` runs with its environment.
"""

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import trustme

from app.embedded import find_server
from tests.conftest import ROOT
from tests.servers import (
    PostgreSQL,
    children,
    free_port,
    postgresql_binaries,
    running_postgresql,
    wait_until,
)

KIT = ROOT / "deploy"
DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
NAME = "sialoscope.lab.example"
ADMIN = "you@lab.example"
WORKERS = 2
START_TIMEOUT_S = 240  # many processes start at once
STEP = re.compile(r"^### \d+\. (.+?)\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Production:
    """The running server; ``moved`` is what stands for what in files and commands of the kit."""

    folder: Path
    postgresql: PostgreSQL
    web_port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    authority: trustme.CA = field(default_factory=trustme.CA)
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.tls_port}"

    @property
    def path(self) -> str:
        places = (self.folder / "bin", postgresql_binaries(), "/usr/sbin", os.environ["PATH"])
        return ":".join(str(place) for place in places)

    @property
    def settings(self) -> dict[str, str]:
        """What the services are told."""
        return settings_of(self.folder / "etc" / "sialoscope.env")

    @property
    def moved(self) -> dict[str, str]:
        user = "root" if os.getuid() == 0 else os.environ["USER"]
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
            "/var/log/nginx": str(self.folder / "log"),
            "/run/nginx.pid": str(self.folder / "nginx.pid"),
            "user www-data;": f"user {user};",
            "= sialoscope ]": f"= {user} ]",
            "-u sialoscope": f"-u {user}",
            "-g sialoscope": "",
            "-g redis": "",
            "runuser -u postgres --": "",
            "listen 443": f"listen 127.0.0.1:{self.tls_port}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "127.0.0.1:8765": f"127.0.0.1:{self.web_port}",
            "#SIALOSCOPE_PORT=8765": f"SIALOSCOPE_PORT={self.web_port}",
            "port 6379": f"port {self.redis_port}",
            ":6379": f":{self.redis_port}",
            "@127.0.0.1/sialoscope": f"@127.0.0.1:{self.postgresql.port}/sialoscope",
            f"https://{NAME}": self.url,
        }

    def follow(self, step: str, typed: str = "") -> str:
        """Carry out the commands of a step of the document, and return what they said."""
        text = next(text for title, text in STEP.findall(DOCUMENT) if title == step)
        done = subprocess.run(
            ["sh", "-euc", self._move("\n".join(SHELL.findall(text)))],
            env=self._shell_environment(),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lay_kit(self) -> None:
        """Put the kit's files where the document takes them from, with what is moved."""
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

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Start a part that the machine's own init would start."""
        with (self.folder / "log" / f"{name}.err").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env={"PATH": self.path} | environment, stdout=log, stderr=log
            )

    def start_unit(self, unit: str, name: str) -> None:
        """Start what a unit starts, with the environment that it has and no other."""
        text = (self.folder / "deploy" / "systemd" / f"{unit}.service").read_text()
        file = Path(re.findall(r"^EnvironmentFile=(.+)$", text, re.MULTILINE)[0])
        [command] = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        self.start(name, *command.split(), **settings_of(file))

    def start_nginx(self) -> None:
        """Start the web server before it."""
        command = ("nginx", "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;")
        self.start("nginx", *command)

    @contextmanager
    def held_workers(self) -> Iterator[None]:
        """Let no worker do anything for a while."""
        workers = [part for name, part in self.running.items() if name.startswith("worker")]
        for worker in workers:
            worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGCONT)

    def web_processes(self) -> list[int]:
        return children(self.running["web"].pid)

    def end(self) -> None:
        """End all parts, Redis after those that use it."""
        redis = self.running.pop("redis")
        for parts in (self.running.values(), [redis]):
            for process in parts:
                process.terminate()
            for process in parts:
                process.wait(timeout=60)

    def client(self, source: str = "127.0.0.1") -> httpx.Client:
        """A browser that finds the server by its name, from an address of its own."""
        return httpx.Client(
            base_url=self.url,
            transport=_ByName(verify=self.tls(), local_address=source),
            follow_redirects=True,
            timeout=60,
        )

    def tls(self) -> ssl.SSLContext:
        """What trusts the server's certificate."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def is_ready(self) -> bool:
        with self.client() as client:
            try:
                return client.get("/health/ready").is_success
            except httpx.TransportError:
                return False

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


class _ByName(httpx.HTTPTransport):
    """Connects to this machine whichever name is asked for, as a hosts file would."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return super().handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(host="127.0.0.1"),
                headers=request.headers,
                stream=request.stream,
                extensions={"sni_hostname": NAME} | request.extensions,
            )
        )


def settings_of(file: Path) -> dict[str, str]:
    """The variables that a file sets, as systemd reads it."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@contextmanager
def running_production(password: str) -> Iterator[Production]:
    """Follow the document from its settings to its check; gone afterwards with all data."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="sialoscope-")))
        postgresql = running_postgresql("postgres", asks_for_passwords=True)
        production = Production(folder, stack.enter_context(postgresql))
        production.lay_kit()
        production.follow("Settings and secrets")
        production.follow("PostgreSQL")
        production.start("redis", find_server(), str(folder / "redis" / "redis.conf"))
        stack.callback(production.end)
        production.follow("First start", typed=f"{password}\n")
        production.start_unit("sialoscope-web", "web")
        for number in range(1, WORKERS + 1):
            production.start_unit("sialoscope-worker@", f"worker {number}")
        production.start_unit("sialoscope-scheduler", "scheduler")
        production.follow("nginx and TLS")
        production.start_nginx()
        wait_until(production.is_ready, START_TIMEOUT_S)
        yield production
