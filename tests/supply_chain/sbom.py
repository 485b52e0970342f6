"""Writes what the product consists of as a CycloneDX file: packages and vendored scripts."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, version
from itertools import groupby
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.supply_chain.licences import licences_of
from tests.supply_chain.lock import Pin, declared, needed_by, read_pins
from tests.supply_chain.vendored import VENDORED, Script

FILE = ROOT / "dist" / "sialoscope.cdx.json"


def describe() -> Bom:
    """The product, its packages and scripts, and which package needs which."""
    product = Component(
        name="sialoscope",
        version=version("sialoscope"),
        type=ComponentType.APPLICATION,
        licenses=_licences(["MIT"]),
        bom_ref="sialoscope",
    )
    bom = Bom(components=[*_packages(), *_scripts()])
    bom.metadata.component = product
    bom.register_dependency(product, [*_named(bom, declared("run")), *_scripts()])
    for component in [*bom.components]:
        if component.purl and component.purl.type == "pypi" and _is_here(component):
            needed = needed_by(Requirement(component.name))
            bom.register_dependency(component, _named(bom, needed))
    return bom


def _packages() -> Iterable[Component]:
    for pin in read_pins("run"):
        url = PackageURL("pypi", name=pin.name, version=pin.version)
        yield Component(
            name=pin.name,
            version=pin.version,
            purl=url,
            bom_ref=str(url),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in pin.digests],
            licenses=_licences(_licences_of_the_pin(pin)),
            properties=[Property(name="python:marker", value=pin.marker)] if pin.marker else [],
        )


def _scripts() -> Iterable[Component]:
    for (name, number), files in groupby(VENDORED, lambda each: (each.package, each.version)):
        scripts = [*files]
        url = scripts[0].url
        yield Component(
            name=name,
            version=number,
            purl=url,
            bom_ref=str(url),
            licenses=_licences([scripts[0].licence]),
            components=[_file(script) for script in scripts],
        )


def _file(script: Script) -> Component:
    return Component(
        name=f"static/vendor/{script.file}",
        type=ComponentType.FILE,
        bom_ref=f"static/vendor/{script.file}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=script.digest)],
    )


def _licences_of_the_pin(pin: Pin) -> list[str]:
    # A package for another Python or system is not installed here, so its licence is not known.
    try:
        package = distribution(pin.name)
    except PackageNotFoundError:
        return []
    return licences_of(package) if package.version == pin.version else []


def _licences(stated: list[str]) -> Iterable[License]:
    make = LicenseFactory()
    return [make.make_from_string(each) for each in stated]


def _is_here(component: Component) -> bool:
    try:
        return distribution(component.name).version == component.version
    except PackageNotFoundError:
        return False


def _named(bom: Bom, requirements: Iterable[Requirement]) -> list[Component]:
    names = {canonicalize_name(each.name) for each in requirements}
    return [each for each in bom.components if each.name in names]


def write(file: Path = FILE) -> None:
    """Write the bill of materials into a file."""
    file.parent.mkdir(exist_ok=True)
    JsonV1Dot6(describe()).output_to_file(str(file), allow_overwrite=True, indent=2)


if __name__ == "__main__":
    write()
