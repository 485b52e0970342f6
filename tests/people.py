"""Users of a server with accounts."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx

from tests.commands import forked_command
from tests.page_forms import PASSWORD as PASSWORD
from tests.page_forms import send
from tests.servers import Sialoscope

SECRET = re.compile(r'id="secret" readonly value="([^"]+)"')


class Person(NamedTuple):
    """Somebody with an account on a running server."""

    server: Sialoscope
    name: str
    password: str = PASSWORD

    @contextmanager
    def session(self) -> Iterator[httpx.Client]:
        """A logged-in browser of theirs; its forms have a token."""
        with httpx.Client(base_url=self.server.url, follow_redirects=True, timeout=60) as client:
            answer = log_in(client, self.name, self.password)
            assert answer.url.path == "/", answer.text
            yield client

    @contextmanager
    def program(self, *scopes: str) -> Iterator[httpx.Client]:
        """A program of theirs, with a token that has these scopes."""
        with self.session() as browser:
            made = send(browser, "/tokens", name="a program", scopes=list(scopes), days="1")
        headers = {"Authorization": f"Bearer {SECRET.findall(made.text)[0]}"}
        with httpx.Client(
            base_url=self.server.url, headers=headers, follow_redirects=True, timeout=60
        ) as client:
            yield client


def add_person(server: Sialoscope, name: str, *options: str) -> Person:
    """Create an account from the command line, as the administrator of the server does."""
    done = user_command(server, "add", name, *options, typed=PASSWORD)
    assert done.returncode == 0, done.stderr
    return Person(server, name)


def user_command(
    server: Sialoscope, *words: str, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    return forked_command(
        "user", *words, environment=server.command_environment(), typed=typed + "\n"
    )


def log_in(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    client.get("/login")
    return send(client, "/login", name=name, password=password, **more)
