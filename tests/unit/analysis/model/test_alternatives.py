"""An outlier gets a better name where mass and time decide, and none where they do not."""

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from msgspec.structs import replace

from app.analysis.names.grammar import parse_species
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.formats.format import Run
from app.analysis.reporting.formats.mztab.document import write_mztab
from app.analysis.state.called.named_alternatives import parse_alternatives
from tests.simulator import Variation
from tests.simulator.masses import with_masses
from tests.unit.analysis.tables import SETTINGS, peaks, prefix_rows, simulated

GM3, GM2, GM1 = (
    prefix_rows(name, at) for name, at in (("GM3", 10.6), ("GM2", 10.4), ("GM1", 10.1))
)
GT1 = prefix_rows("GT1", 8.7)
ROWS = [*GM3, *GM2, *GM1, *GT1]


def relabelled(table: pl.DataFrame, row: int, name: str) -> pl.DataFrame:
    is_row = pl.col("row") == row
    return table.with_columns(
        name=pl.when(is_row).then(pl.lit(name)).otherwise("name"),
        anchor=pl.col("anchor") & ~is_row,
    )


def better_name(table: pl.DataFrame, row: int) -> tuple[str, str | None, str]:
    found = analyze(table, SETTINGS).rows.row(row - 1, named=True)
    return found["call"], found["alternative_species"], found["reason"]


def test_a_wrong_label_is_named_by_mz_and_time() -> None:
    table = with_masses(peaks(ROWS), wrong=0).peaks
    right, row = ROWS[len(GM3) + 1][0], len(GM3) + 2

    call, alternatives, reason = better_name(relabelled(table, row, "GM1(43:2;O2)"), row)

    assert call == "outlier"
    best = parse_alternatives(alternatives or "")[0]
    assert (best.species, best.adduct) == (parse_species(right).species, "[M-H]-")
    assert best.probability > 0.9
    assert f"The mass and the time fit {best.species} as [M-H]- (probability" in reason


def test_an_isobar_is_named_within_the_tolerance_of_a_triple_quadrupole() -> None:
    """Two hydrogens and a carbon in place of an oxygen add 0.036 Da, 29 ppm of GM3."""
    hydroxyl_min = -1.25
    table = peaks([*ROWS, ("GM3(41:0;O2)", dict(GM3)["GM3(40:1;O2)"] + hydroxyl_min)])
    wide = replace(SETTINGS, mz_tolerance_ppm=100.0)
    exact, isobar = (analyze(table, each).rows.row(-1, named=True) for each in (SETTINGS, wide))

    assert exact["call"] == isobar["call"] == "outlier"
    assert exact["alternative_species"] is None
    assert parse_alternatives(isobar["alternative_species"] or "")[0].species == "GM3(40:1;O3)"


def test_an_isomer_of_the_same_mass_is_named_by_time_alone(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    rows = analyze(table, SETTINGS).rows
    species = rows.filter(pl.col("species") == "GQ1+OAc(38:1;O2)", pl.col("call") == "true")
    row = species["row"][0]

    call, alternatives, _ = better_name(relabelled(table, row, "GQ1(40:2;O3)"), row)

    assert call == "outlier"
    assert parse_alternatives(alternatives or "")[0].species == "GQ1+OAc(38:1;O2)"


@pytest.mark.parametrize("variation", [Variation(seed=1), Variation(seed=2, has_neugc=True)])
def test_nothing_is_named_where_no_label_is_wrong_in_that_way(variation: Variation) -> None:
    rows = analyze(simulated(variation), SETTINGS).rows

    assert rows.filter(pl.col("call") == "outlier").height > 50
    assert rows["alternative_species"].null_count() == rows.height


def test_random_masses_are_named_as_nothing(porcine_brain: Path) -> None:
    table, wrong = with_masses(read_peak_table(porcine_brain), wrong=72)

    named = analyze(table, SETTINGS).rows.drop_nulls("alternative_species")

    assert len(set(named["row"]) & wrong) <= 1


def test_a_species_that_another_row_is_already_is_no_better_name() -> None:
    table = with_masses(
        peaks([*ROWS, (ROWS[len(GM3) + 1][0], ROWS[len(GM3) + 1][1] + 0.06)]), wrong=0
    )
    last = len(ROWS) + 1

    call, alternatives, _ = better_name(relabelled(table.peaks, last, "GM1(43:2;O2)"), last)

    assert (call, alternatives) == ("outlier", None)


def test_mztab_has_each_identity_of_a_wrong_label_as_evidence() -> None:
    row = len(GM3) + 2
    table = relabelled(with_masses(peaks(ROWS), wrong=0).peaks, row, "GM1(43:2;O2)")
    file = BytesIO()

    write_mztab(Run(analyze(table, SETTINGS), {}, table.select("row", "mz", "adduct")), file)

    lines = [line.split("\t") for line in file.getvalue().decode().splitlines()]
    feature = [line for line in lines if line[0] == "SMF"][-1]
    evidence = {line[1]: line for line in lines if line[0] == "SME"}
    identities = [evidence[number] for number in feature[2].split("|")]
    assert feature[3] == "1"
    assert [line[7] for line in identities] == [ROWS[row - 1][0], "GM1(43:2;O2)"]
    assert [line[-1] for line in identities] == ["1", "2"]


@pytest.mark.parametrize("rows", [1, 2, 3, 6])
def test_a_table_of_few_rows_has_no_better_names(porcine_brain: Path, rows: int) -> None:
    table, _ = with_masses(read_peak_table(porcine_brain), wrong=72)

    for seed in range(10):
        few = table.sample(rows, seed=seed)
        few = few.with_columns(row=pl.int_range(1, rows + 1, dtype=pl.UInt32))
        assert analyze(few, SETTINGS).rows["alternative_species"].null_count() == rows
