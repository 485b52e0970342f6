"""Check that Python and the packages have the versions that Sialoscope needs."""

import platform
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from app.commands.doctor.finding import Findings, Installation, error, ok, warning

OURS = "sialoscope"
INSTALL = "pip install --upgrade --force-reinstall sialoscope"


async def check(_: Installation) -> Findings:
    """Compare the installed versions with the requirements of the package."""
    python, wanted = platform.python_version(), metadata(OURS)["Requires-Python"]
    if not SpecifierSet(wanted).contains(python, prereleases=True):
        yield error(
            "versions-python",
            f"This is Python {python}; {wanted} is needed.",
            why="Sialoscope was never tested with this version and may fail.",
            remedy="python3.12 -m venv .venv  # and install Sialoscope into it",
        )
    problems = [problem for problem in map(_out_of_range, requires(OURS) or []) if problem]
    for name, problem in problems:
        yield warning(
            f"versions-{name}",
            problem,
            why="Sialoscope was never tested with this version.",
            remedy=INSTALL,
        )
    if not problems:
        yield ok(
            "versions", f"Sialoscope {version(OURS)} on Python {python}; all packages are right."
        )


def _out_of_range(line: str) -> tuple[str, str] | None:
    """Return the name and the problem of a required package; None if it is installed and fits."""
    wanted = Requirement(line)
    if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
        return None
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return wanted.name, f"The package {wanted.name} is not installed."
    if wanted.specifier.contains(found, prereleases=True):
        return None
    return wanted.name, f"{wanted.name} is {found}; {wanted.specifier} is needed."
