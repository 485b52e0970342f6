"""The scripts and fonts of other projects in ``static/vendor``, as ``VENDOR.md`` describes them."""

import re
from dataclasses import dataclass

from packageurl import PackageURL

from tests.conftest import ROOT

FOLDER = ROOT / "static" / "vendor"
ROW = re.compile(
    r"^\| (?P<file>[\w.-]+) \| (?P<package>[\w.@/-]+) (?P<version>[\w.-]+) "
    r"\| (?P<licence>[\w.-]+) \| `(?P<digest>[0-9a-f]{64})` \|$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Script:
    """One vendored file, and the package of npm that it is from."""

    file: str
    package: str
    version: str
    licence: str
    digest: str

    @property
    def url(self) -> PackageURL:
        """The package, as a bill of materials names it."""
        scope, _, name = self.package.rpartition("/")
        return PackageURL("npm", namespace=scope or None, name=name, version=self.version)


VENDORED = [Script(**row.groupdict()) for row in ROW.finditer((FOLDER / "VENDOR.md").read_text())]
