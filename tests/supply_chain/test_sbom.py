"""The bill of materials names every package and script of the product, with hash and licence."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.supply_chain.lock import read_pins
from tests.supply_chain.sbom import write
from tests.supply_chain.vendored import FOLDER, VENDORED


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("sbom") / "sialoscope.cdx.json"
    write(file)
    return file.read_text()


@pytest.fixture(scope="module")
def components(text: str) -> dict[str, Any]:
    return {each["purl"]: each for each in json.loads(text)["components"]}


def test_it_is_cyclonedx_and_names_no_host(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert "://" not in text.replace('"$schema": "http://cyclonedx.org/', "")


def test_every_pinned_package_of_the_server_is_in_it(components: dict[str, Any]) -> None:
    for pin in read_pins("run"):
        component = components[f"pkg:pypi/{pin.name}@{pin.version}"]
        assert {each["content"] for each in component["hashes"]} == {*pin.digests}
        assert component.get("licenses") or not pin.is_installed_here
    assert "pkg:pypi/pytest" not in {url.partition("@")[0] for url in components}


def test_every_vendored_script_is_in_it(components: dict[str, Any]) -> None:
    assert {each.file for each in VENDORED} == {path.name for path in FOLDER.iterdir()} - {
        "VENDOR.md"
    }
    for script in VENDORED:
        component = components[str(script.url)]
        files = {each["name"]: each["hashes"] for each in component["components"]}
        [digest] = files[f"static/vendor/{script.file}"]
        assert digest == {"alg": "SHA-256", "content": script.digest}
        assert component["licenses"] == [{"license": {"id": script.licence}}]


def test_it_says_which_package_needs_which(text: str) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in json.loads(text)["dependencies"]}
    assert any(url.startswith("pkg:pypi/litestar@") for url in needs["sialoscope"])
    [jinja] = [each for url, each in needs.items() if url.startswith("pkg:pypi/jinja2@")]
    assert [url.partition("@")[0] for url in jinja] == ["pkg:pypi/markupsafe"]
