"""The result of a check (a finding), and the installation that a check examines."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.settings import Settings


class Level(StrEnum):
    """How serious a finding is: nothing to do, should be changed, or fails or is unsafe."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a check. ``remedy`` is a command, a line to paste, or an instruction."""

    name: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What is checked: the settings, the environment, and the address that users open."""

    settings: Settings
    environment: Mapping[str, str]
    url: str = ""

    @property
    def has_database(self) -> bool:
        """Whether there is one to look at: opening a file of SQLite would make it."""
        kind, _, path = self.settings.database_url.partition(":///")
        return kind != "sqlite" or Path(path).exists()

    @property
    def was_started(self) -> bool:
        """Whether there is a data folder."""
        return self.settings.data_folder.is_dir()


Findings: TypeAlias = AsyncIterator[Finding]
Check: TypeAlias = Callable[[Installation], Findings]


def ok(name: str, what: str) -> Finding:
    """Return a finding that needs no change."""
    return Finding(name=name, level=Level.OK, what=what)


def warning(name: str, what: str, *, why: str, remedy: str) -> Finding:
    """Return a finding that should be fixed."""
    return Finding(name=name, level=Level.WARNING, what=what, why=why, remedy=remedy)


def error(name: str, what: str, *, why: str, remedy: str) -> Finding:
    """Return a finding that makes something fail or unsafe."""
    return Finding(name=name, level=Level.ERROR, what=what, why=why, remedy=remedy)
