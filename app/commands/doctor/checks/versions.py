"""Whether Python and the packages are of the versions that Sialoscope is made for."""

import platform
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from app.commands.doctor.finding import Findings, Installation, error, ok, warning

OURS = "sialoscope"
INSTALL = "pip install --upgrade --force-reinstall sialoscope"


async def check(_: Installation) -> Findings:
    """Compare what is installed with what the package asks for."""
    python, wanted = platform.python_version(), metadata(OURS)["Requires-Python"]
    if not SpecifierSet(wanted).contains(python, prereleases=True):
        yield error(
            "versions-python",
            f"This is Python {python}; {wanted} is needed.",
            why="Parts of Sialoscope fail in ways that nobody has seen.",
            remedy="python3.12 -m venv .venv  # and install Sialoscope into it",
        )
    strangers = [told for told in map(_out_of_range, requires(OURS) or []) if told]
    for name, told in strangers:
        yield warning(
            f"versions-{name}",
            told,
            why="Sialoscope was never tried with this version.",
            remedy=INSTALL,
        )
    if not strangers:
        yield ok("versions", f"Sialoscope {version(OURS)} on Python {python}, all packages fit.")


def _out_of_range(line: str) -> tuple[str, str] | None:
    """The name of a package that is missing or of another version, and what is wrong with it."""
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
