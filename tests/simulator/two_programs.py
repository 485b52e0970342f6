"""Tables of one run by two programs, with disagreements that were seeded and whose truth is known.

Both programs have the peaks of a simulated table. The second has another time axis and another unit
of areas; both pick with noise, miss peaks, split some, and give some a label that is wrong.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.evidence.array_types import Mask
from app.analysis.names.cells.adducts import parse_adduct
from app.analysis.names.composition import mass_da
from app.analysis.names.grammar import parse_species
from app.analysis.names.species import Species
from tests.simulator import Simulated

# By both programs together, as shares of all peaks.
RELABELLED, MISSED, SPLIT = 0.10, 0.04, 0.03
# How far times and areas (log10) of one peak differ between programs, the times as a share of the
# range of the table.
TIME_NOISE, AREA_NOISE = 0.0008, 0.03
MASS_NOISE_PPM = 1.5
SIDES = ("first", "second")
KINDS = ("ceramide", "class", "O-acetyl", "isobar", "isomer")


@dataclass(frozen=True)
class TwoPrograms:
    """``first`` and ``second`` are tables as a user uploads them, with m/z if it was wanted.

    ``truth`` has one row for each peak: ``row_first``, ``row_second`` (null where a program missed
    it), ``call``, ``kind`` of the seeded disagreement and the ``right`` program: ``first``,
    ``second``, ``both`` or ``neither``.
    """

    first: pl.DataFrame
    second: pl.DataFrame
    truth: pl.DataFrame


@dataclass
class _Seeds:
    """The labels of both programs, which peaks each misses, and what was seeded at each peak."""

    labels: tuple[list[str], list[str]]
    missing: tuple[Mask, Mask]
    kinds: list[str | None]
    right: list[str]

    @classmethod
    def none(cls, peaks: pl.DataFrame) -> "_Seeds":
        """Both programs agree. They are right about species, and wrong about everything else."""
        names = [_with_letter(*each) for each in peaks.select("Name", "isomer").iter_rows()]
        nothing = np.zeros(peaks.height, dtype=np.bool_)
        right = ["both" if call == "true" else "neither" for call in peaks["call"]]
        return cls((names, [*names]), (nothing, nothing.copy()), [None] * peaks.height, right)

    def relabel(self, place: int, side: int, kind: str, wrong: str) -> None:
        """Let one program give a wrong label."""
        self.labels[side][place] = wrong
        self.kinds[place] = kind
        if self.right[place] == "both":
            self.right[place] = SIDES[1 - side]

    def miss(self, place: int, side: int) -> None:
        """Let one program miss a peak, which is right if it is no species."""
        self.missing[side][place] = True
        self.kinds[place] = "missed"
        self.right[place] = SIDES[1 - side] if self.right[place] == "both" else SIDES[side]


def two_programs(simulated: Simulated, seed: int, *, has_mz: bool = False) -> TwoPrograms:
    """Draw the tables of two programs from one that is simulated."""
    random = np.random.default_rng(seed)
    truth = simulated.truth
    if "isomer" not in truth.columns:
        truth = truth.with_columns(isomer=pl.lit(None, pl.String))
    peaks = simulated.table.with_row_index("row", offset=1)
    peaks = peaks.join(truth.select("row", "call", "isomer"), on="row")
    peaks = peaks.filter(pl.col("call") != "invalid")
    seeds = _seeded(peaks, random)
    mz = [_mz(name, random) for name in peaks["Name"]] if has_mz else None
    (first, rows), (second, rows_second) = (
        _table(peaks, seeds, mz, side, random) for side in (0, 1)
    )
    columns = {
        "row_first": pl.Series(rows, dtype=pl.UInt32),
        "row_second": pl.Series(rows_second, dtype=pl.UInt32),
        "call": peaks["call"],
        "kind": pl.Series(seeds.kinds, dtype=pl.String),
        "right": pl.Series(seeds.right),
    }
    return TwoPrograms(first, second, pl.DataFrame(columns))


def _seeded(peaks: pl.DataFrame, random: np.random.Generator) -> _Seeds:
    seeds = _Seeds.none(peaks)
    names = seeds.labels[0]
    met = sorted(set(map(parse_species, names)), key=lambda one: one.species)
    chance = random.random(peaks.height)
    for place in np.flatnonzero(chance < RELABELLED + MISSED).tolist():
        side = int(random.integers(2))
        if chance[place] >= RELABELLED:
            seeds.miss(place, side)
            continue
        kind = str(random.choice(KINDS))
        wrong = _wrong_label(names[place], kind, peaks["isomer"][place], met, random)
        if wrong is not None:
            seeds.relabel(place, side, kind, wrong)
    return seeds


def _with_letter(name: str, isomer: str | None) -> str:
    return name if isomer is None else replace(parse_species(name), letter=isomer).species


def _table(
    peaks: pl.DataFrame,
    seeds: _Seeds,
    mz: list[tuple[float, str]] | None,
    side: int,
    random: np.random.Generator,
) -> tuple[pl.DataFrame, list[int | None]]:
    """The table of one program, and the row of each peak in it."""
    times = peaks["RT"].to_numpy().astype(np.float64)
    spread = float(np.subtract(*np.quantile(times, [0.95, 0.05])))
    times = side * 0.02 * spread + (1 + side * 0.006) * times
    log_factor = random.normal(0, AREA_NOISE, len(times)) + side * 0.4
    table = pl.DataFrame(
        {
            "Name": seeds.labels[side],
            "RT": times + random.normal(0, TIME_NOISE * spread, len(times)),
            "Area": peaks["Volume"].to_numpy() * 10**log_factor,
            "peak": np.arange(len(times)),
        }
    )
    if "Anchor" in peaks.columns and side == 0:
        table = table.with_columns(peaks["Anchor"])
    if mz is not None:
        columns = ("m/z", "Adduct")
        table = table.with_columns(
            pl.Series(name, [each[at] for each in mz]) for at, name in enumerate(columns)
        )
    whole = _with_splits(table.filter(~pl.Series(seeds.missing[side])), 0.003 * spread, random)
    row_of = {peak: row for row, peak in enumerate(whole["peak"], start=1) if peak >= 0}
    whole = whole.drop("peak").with_columns(pl.col("RT").round(3), pl.col("Area").round(0))
    return whole, [row_of.get(peak) for peak in range(peaks.height)]


def _with_splits(
    table: pl.DataFrame, apart_min: float, random: np.random.Generator
) -> pl.DataFrame:
    """The table in another order, with some peaks as two rows; the smaller one has no ``peak``."""
    parts = table.filter(pl.Series(random.random(table.height) < SPLIT))
    parts = parts.with_columns(share=pl.Series(random.uniform(0.15, 0.4, parts.height)))
    table = table.join(parts.select("peak", "share"), on="peak", how="left").with_columns(
        pl.col("Area") * (1 - pl.col("share").fill_null(0))
    )
    parts = parts.with_columns(
        pl.col("Area") * pl.col("share"), pl.col("RT") + apart_min, peak=pl.lit(-1, pl.Int64)
    )
    whole = pl.concat([table, parts]).drop("share")
    return whole[random.permutation(whole.height)]


def _mz(name: str, random: np.random.Generator) -> tuple[float, str]:
    species = parse_species(name)
    text = f"[M-{n}H]{n}-" if (n := species.sialic) > 1 else "[M-H]-"
    adduct = parse_adduct(text)
    if adduct is None:
        raise AssertionError(text)
    return adduct.mz(mass_da(species)) * (1 + 1e-6 * random.normal(0, MASS_NOISE_PPM)), text


def _wrong_label(
    name: str, kind: str, isomer: str | None, met: list[Species], random: np.random.Generator
) -> str | None:
    """A wrong label of a kind; None if the species has no such neighbour."""
    species = parse_species(name)
    if kind == "isomer":
        other = {"a": "b", "b": "a"}.get(isomer or "")
        return replace(species, letter=other).species if other else None
    plain = replace(species, letter=None)
    options = [each for each in _OPTIONS[kind](species, met) if replace(each, letter=None) != plain]
    return options[int(random.integers(len(options)))].species if options else None


def _ceramides(species: Species, _met: list[Species]) -> list[Species]:
    carbons, bonds = species.carbons, species.double_bonds
    return [
        *(replace(species, carbons=carbons + step) for step in (-2, -1, 1, 2)),
        *(replace(species, double_bonds=bonds + step) for step in (-1, 1) if bonds + step >= 0),
    ]


def _classes(species: Species, met: list[Species]) -> list[Species]:
    """The ceramide of another class of the table."""
    ceramide = ("carbons", "double_bonds", "hydroxyls")
    return [
        one
        for one in met
        if all(getattr(one, part) == getattr(species, part) for part in ceramide)
        and one.core != species.core
    ]


def _acetylated(species: Species, _met: list[Species]) -> list[Species]:
    """With an O-acetyl group more or less and the same mass: C2H2O is C2, a double bond and OH."""
    carbons, bonds, oxygens = species.carbons, species.double_bonds, species.hydroxyls
    found = []
    if species.oacetyl:
        found.append(
            replace(
                species,
                oacetyl=species.oacetyl - 1,
                carbons=carbons + 2,
                double_bonds=bonds + 1,
                hydroxyls=oxygens + 1,
            )
        )
    if bonds >= 1 and oxygens >= 3:
        found.append(
            replace(
                species,
                oacetyl=species.oacetyl + 1,
                carbons=carbons - 2,
                double_bonds=bonds - 1,
                hydroxyls=oxygens - 1,
            )
        )
    return found


def _isobars(species: Species, met: list[Species]) -> list[Species]:
    """Others of the same mass: NeuGc with a hydroxyl group less, and what the table has."""
    mass = mass_da(species)
    found = [one for one in met if abs(mass_da(one) / mass - 1) < 5e-6]
    if species.neuac and species.hydroxyls >= 2:
        found.append(
            replace(
                species,
                neuac=species.neuac - 1,
                neugc=species.neugc + 1,
                hydroxyls=species.hydroxyls - 1,
            )
        )
    return found


_OPTIONS = {
    "ceramide": _ceramides,
    "class": _classes,
    "O-acetyl": _acetylated,
    "isobar": _isobars,
}
