"""``sialoscope names`` as a script would call it."""

import csv
import json
import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from app.analysis.example.example_table import example_table
from tests.commands import forked_command

LIST = "SM 34:1\nGM3(d18:1/18:2(9Z,12Z))\nGM1(16:0)\nGM3 (d18:1/18:0)-d5\n=GM3(36:1;O2)\n"


def names(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return forked_command("names", *map(str, arguments), environment=os.environ)


@pytest.fixture(scope="module")
def names_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "names.txt"
    path.write_text(LIST)
    return path


def test_each_name_of_a_list_is_printed_with_its_reading_or_the_reason(names_file: Path) -> None:
    done = names(names_file)
    other, chains, acyl, standard, formula = done.stdout.splitlines()
    assert other.endswith("SM is another class of lipids.")
    assert chains.endswith(": GM3(36:3;O2), chains GM3(18:1;O2/18:2).")
    assert acyl.endswith("Check: 16:0 was read as the acyl chain of a d18:1 base, d18:1/16:0.")
    assert standard.endswith("is a labelled standard (d5), not a species of the sample.")
    assert "is not a ganglioside name" in formula
    assert done.stderr.startswith("5 different names: 2 are read as species, 1 of them to be ")
    assert done.returncode == 1


def test_json_and_csv_hold_the_composition_and_all_names(names_file: Path) -> None:
    read = json.loads(names("--json", names_file).stdout)
    rows = list(csv.DictReader(StringIO(names("--csv", names_file).stdout)))
    for one in (read[2], rows[2]):
        assert one["species"] == "GM1(34:1;O2)"
        assert one["molecular_name"] == "GM1(18:1;O2/16:0)"
        assert one["shorthand_name"] == "GM1 18:1;O2/16:0"
        assert [int(one[each]) for each in ("hex", "hexnac", "neuac", "carbons")] == [3, 1, 1, 34]
    assert read[3]["isotope_label"] == rows[3]["isotope_label"] == "d5"
    assert rows[4]["name"].startswith("'=")


def test_the_names_of_a_table_are_read_once_each_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    example_table().write_csv(path)
    done = names("--json", path)
    read = json.loads(done.stdout)
    assert done.returncode == 0
    assert sum(one["rows"] for one in read) == example_table().height
    assert len(read) == example_table()["Name"].n_unique()


def test_a_column_of_another_header_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text("Analyte,RT\nGM3(36:1;O2),10.6\n")
    assert names("--column", "name=Analyte", path).returncode == 0
    missing = names("--column", "name=Peptide", path)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "Peptide" in missing.stderr


def test_an_unclear_encoding_is_a_question(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes("GM3(36:1;O2)\nGD1(36:1;O2)\né1\n".encode("cp1252"))
    asked = names(path)
    assert asked.returncode == 1
    assert "--encoding cp1252: " in asked.stderr
    assert "GD1(36:1;O2)" in names(path, "--encoding", "cp1252").stdout
