from pathlib import Path

from app.analysis.example.example_table import example_table
from app.analysis.names.name_table import add_species
from app.analysis.reading.peak_table import read_peak_table


def test_the_example_is_the_same_every_time_and_another_for_another_seed() -> None:
    assert example_table().equals(example_table())
    assert not example_table(1).equals(example_table(2))


def test_the_example_has_about_250_rows_as_users_write_them() -> None:
    example = example_table()
    assert example.columns == ["Name", "RT", "Volume", "Log P", "Anchor"]
    assert 220 <= example.height <= 300
    assert example["RT"].is_between(3, 20).all()
    assert 0.1 < (example["Anchor"] == "T").mean() < 0.2  # type: ignore[operator]


def test_every_row_of_the_example_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    example_table().write_csv(path)
    assert add_species(read_peak_table(path))["problem"].null_count() == example_table().height
