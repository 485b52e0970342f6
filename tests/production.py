"""A server for many, set up by the kit and the document's own commands.

systemd does not run in tests, so each unit's ``ExecStart`` runs with its environment, and the
folder of the data gets the mode that it says.
"""

import re
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app.server.embedded_broker import find_server
from tests.kit import NAME, Kit, commands, settings_of
from tests.servers import Part, children, running_postgresql, wait_until

ADMIN = "you@lab.example"
START_TIMEOUT_S = 240  # many processes start at once


@dataclass
class Production(Kit):
    """The running server; ``running`` are its parts by their units."""

    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Start a part that the machine's own init would start."""
        with (self.folder / "log" / f"{name}.err").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env={"PATH": self.path} | environment, stdout=log, stderr=log
            )

    def start_units(self) -> None:
        """Start what the document has systemd start, each with its environment and no other."""
        (enabled,) = re.findall(
            r"^systemctl enable --now (.+)$", commands("Services"), re.MULTILINE
        )
        for unit in enabled.split():
            name = re.sub(r"@\d+$", "@", unit)
            text = (self.folder / "deploy" / "systemd" / f"{name}.service").read_text()
            (file,) = re.findall(r"^EnvironmentFile=(.+)$", text, re.MULTILINE)
            (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
            (mode,) = re.findall(r"^StateDirectoryMode=(.+)$", text, re.MULTILINE)
            (self.folder / "data").mkdir(int(mode, 8), exist_ok=True)
            self.start(unit, *command.split(), **settings_of(Path(file)))

    def start_nginx(self) -> None:
        """Start the web server before it."""
        command = ("nginx", "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;")
        self.start("nginx", *command)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Type a command on the server, where its name is known as a hosts file would have it."""
        hosts = self.folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
        script = f'mount --bind {hosts} /etc/hosts; exec {self.folder}/bin/sialoscope "$@"'
        return subprocess.run(
            ["unshare", "--mount", "sh", "-euc", script, "sh", *words],
            env={"PATH": self.path, "SSL_CERT_FILE": str(self.folder / "ca.pem")},
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def held_workers(self) -> Iterator[None]:
        """Let no worker do anything for a while."""
        workers = [part for name, part in self.running.items() if "-worker@" in name]
        for worker in workers:
            worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGCONT)

    def parts(self) -> list[Part]:
        """What a wait needs to be running."""
        logs = self.folder / "log"
        return [Part(process, logs / f"{name}.err") for name, process in self.running.items()]

    def web_processes(self) -> list[int]:
        return children(self.running["sialoscope-web"].pid)

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


@contextmanager
def running_production(password: str) -> Iterator[Production]:
    """Follow the document from its settings to its check; gone afterwards with all data."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="sialoscope-")))
        postgresql = running_postgresql("postgres", asks_for_passwords=True)
        production = Production(folder, stack.enter_context(postgresql))
        production.lay()
        production.follow("Settings and secrets")
        production.follow("PostgreSQL")
        production.start("redis", find_server(), str(folder / "redis" / "redis.conf"))
        stack.callback(production.end)
        production.follow("First start", typed=f"{password}\n")
        production.start_units()
        production.follow("nginx and TLS")
        production.start_nginx()
        wait_until(production.is_ready, START_TIMEOUT_S, parts=production.parts())
        yield production
