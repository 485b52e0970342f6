"""What a check has to tell: a finding, and the installation that it is about."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import msgspec

from app.settings import Settings


class Level(StrEnum):
    """How much a finding matters: nothing to do, should be changed, will fail or is unsafe."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. ``remedy`` is a command to type or a line to paste, or says what to do."""

    name: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What is looked at: the settings, where they come from, and the address that users open."""

    settings: Settings
    environment: Mapping[str, str]
    url: str = ""


Findings: TypeAlias = AsyncIterator[Finding]
Check: TypeAlias = Callable[[Installation], Findings]


def ok(name: str, what: str) -> Finding:
    """A finding with which nothing is wrong."""
    return Finding(name=name, level=Level.OK, what=what)


def warning(name: str, what: str, *, why: str, remedy: str) -> Finding:
    """A finding that should be changed."""
    return Finding(name=name, level=Level.WARNING, what=what, why=why, remedy=remedy)


def error(name: str, what: str, *, why: str, remedy: str) -> Finding:
    """A finding that makes something fail, or lets in who should stay outside."""
    return Finding(name=name, level=Level.ERROR, what=what, why=why, remedy=remedy)
