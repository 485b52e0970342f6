"""What a rule is, and what the rules hand on from one to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from app.analysis.data_warning import DataWarning
from app.analysis.evidence import Evidence
from app.analysis.retention import RetentionModel
from app.analysis.settings import AnalysisSettings


@dataclass(frozen=True)
class Study:
    """A peak table under study; each rule returns one with more in it.

    ``peaks`` has every row of the input in its order and only ever gains columns. ``names`` has one
    row for each species (``SPECIES_FEATURES``), which the column ``species_code`` of the peaks
    points to. ``pairs`` are
    co-eluting peaks of which one can be a fragment of the other, ``slots`` the isomers each prefix
    can have, ``fitted`` the samples that models are fitted to, ``findings`` what a rule says of a
    whole prefix (prefix, verdict, sentence).
    """

    peaks: pl.DataFrame
    names: pl.DataFrame
    settings: AnalysisSettings
    pairs: pl.DataFrame = field(default_factory=pl.DataFrame)
    fragment_sd_min: float = 0.0
    gate_min: float = 0.0
    fitted: Evidence | None = None
    slots: pl.DataFrame = field(default_factory=pl.DataFrame)
    model: RetentionModel | None = None
    findings: Mapping[int, pl.DataFrame] = field(default_factory=dict)
    warnings: tuple[DataWarning, ...] = ()

    @property
    def usable(self) -> pl.DataFrame:
        """The rows that can be judged."""
        if self.peaks["problem"].null_count() == self.peaks.height:
            return self.peaks
        return self.peaks.filter(pl.col("problem").is_null())

    def with_columns(self, **columns: pl.Expr) -> "Study":
        """The study with more columns on its peaks."""
        return replace(self, peaks=self.peaks.with_columns(**columns))

    def with_rows(self, found: pl.DataFrame) -> "Study":
        """The study with the columns of ``found`` joined to its peaks by ``row``.

        ``found`` is in the order of the peaks.
        """
        if found.height == self.peaks.height:
            return replace(self, peaks=self.peaks.hstack(found.drop("row")))
        joined = self.peaks.join(found, on="row", how="left", maintain_order="left")
        return replace(self, peaks=joined)

    def find(self, number: int, findings: pl.DataFrame) -> "Study":
        """The study with what a rule says of prefixes; the rows get its verdict."""
        verdicts = findings.select("prefix", pl.col("verdict").alias(f"verdict_{number}"))
        joined = self.peaks.join(verdicts, on="prefix", how="left", maintain_order="left")
        return replace(self, peaks=joined, findings={**self.findings, number: findings})

    def warn(self, *warnings: DataWarning) -> "Study":
        """The study with warnings about the data."""
        return replace(self, warnings=(*self.warnings, *warnings))


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One of the ten rules.

    ``needs`` and ``gives`` are columns of the peaks. ``apply`` adds among others the column
    ``verdict_N``. ``sentence`` is an expression over the peaks that tells the verdict on a row;
    None for a rule that speaks of prefixes in ``findings``.
    """

    number: int
    title: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    apply: Callable[[Study], Study]
    sentence: pl.Expr | None = None

    @property
    def verdict(self) -> str:
        """The name of the column with this rule's verdicts."""
        return f"verdict_{self.number}"


@dataclass(frozen=True)
class RuleReport:
    """That a rule has run: ``counts`` are rows by its verdict."""

    number: int
    title: str
    counts: dict[str, int]


def report(rule: Rule, study: Study) -> RuleReport:
    """Count the rows by the verdict of a rule that has run."""
    counts = study.peaks[rule.verdict].value_counts()
    told = [(verdict, number) for verdict, number in counts.iter_rows() if verdict is not None]
    ordered = sorted(told, key=lambda count: (-count[1], count[0]))
    return RuleReport(rule.number, rule.title, dict(ordered))
