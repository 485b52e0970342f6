"""The lock files of ``requirements/``: what is pinned, and what the project declares for each."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

FOLDER = ROOT / "requirements"
PIN = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[\w.!+]+)(?: ; (?P<marker>[\w.'<>=! ()]+))?"
    r"(?P<hashes>(?: \\\n {4}--hash=sha256:[0-9a-f]{64})+)\n"
)


@dataclass(frozen=True)
class Pin:
    """One version of one package, and the digests of its files."""

    name: str
    version: str
    marker: str
    digests: tuple[str, ...]

    @property
    def is_installed_here(self) -> bool:
        """Whether this Python on this system needs the package."""
        return not self.marker or Marker(self.marker).evaluate()


def read_pins(name: str) -> list[Pin]:
    """All pins of ``requirements/<name>.txt``."""
    return [
        Pin(
            found["name"],
            found["version"],
            found["marker"] or "",
            tuple(re.findall(r"sha256:(\w+)", found["hashes"])),
        )
        for found in PIN.finditer(lock_file(name).read_text())
    ]


def lock_file(name: str) -> Path:
    """Where a lock stands."""
    return FOLDER / f"{name}.txt"


def declared(name: str) -> list[Requirement]:
    """What ``pyproject.toml`` asks for directly, of the packages in one lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    main, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    lines = {
        "build": [*_group(project, "build")],
        "run": [*main, *extras["otel"]],
        "client": [*main, *extras["otel"], *extras["client"]],
        "peer": [*_group(project, "peer")],
        "test": [*main, *extras["otel"], *extras["client"], *_group(project, "test")],
    }[name]
    return [Requirement(line) for line in lines]


def _group(project: dict[str, Any], name: str) -> Iterator[str]:
    for entry in project["dependency-groups"][name]:
        if isinstance(entry, dict):
            yield from _group(project, entry["include-group"])
        else:
            yield entry


def with_all_they_need(roots: list[Requirement]) -> list[Requirement]:
    """These requirements and, by the metadata of installed packages, all that they need."""
    met: dict[tuple[str, str], Requirement] = {}
    waiting = [*roots]
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), str(requirement))
        if key not in met:
            met[key] = requirement
            waiting += needed_by(requirement)
    return [*met.values()]


def needed_by(requirement: Requirement) -> Iterator[Requirement]:
    """What an installed package needs here, with the extras that are asked for."""
    for line in requires(requirement.name) or []:
        needed = Requirement(line)
        extras = {"", *requirement.extras}
        if not needed.marker or any(needed.marker.evaluate({"extra": each}) for each in extras):
            yield needed
