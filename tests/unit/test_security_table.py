"""``docs/security.md`` names only tests that are there, and vendored files are what they were."""

import ast
import re
from hashlib import sha256

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`((?:tests/)[\w/]+\.py)::(\w+)`", TEXT)
VENDOR = ROOT / "static" / "vendor"
VENDORED = re.findall(
    r"^\| ([\w.-]+) \|.*\| `([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text(), re.M
)


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_named_test_exists(path: str, test: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    assert test in {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_row_names_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) > 30
    for row in rows:
        is_head = row.endswith("| test |")
        assert is_head or "::test_" in row, row


@pytest.mark.parametrize(("name", "digest"), VENDORED)
def test_a_vendored_file_is_the_one_of_its_package(name: str, digest: str) -> None:
    assert sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_has_its_digest() -> None:
    files = {path.name for path in VENDOR.iterdir()} - {"VENDOR.md"}
    assert files == {name for name, _ in VENDORED}
