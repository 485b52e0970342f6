"""An arbitration as the API and the page show it."""

from typing import Annotated, Any

import msgspec
import polars as pl
from msgspec import Meta

from app.analysis.arbiter.evidence_sentences import evidence_sentence
from app.analysis.arbiter.judgements import OUTCOMES
from app.analysis.arbiter.readings import Titles
from app.web.features.arbiter.judged_peaks import Judged
from app.web.features.arbiter.peak_choice import JUDGEMENTS, PeakChoice


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """What a program says of a peak; times are in minutes as it wrote them."""

    rows: Annotated[list[int], Meta(description="Its rows; several if it splits the peak.")]
    name: str | None
    species: Annotated[str | None, Meta(description="Null if the name cannot be read.")]
    adduct: str | None
    rt_min: float | None
    area: float | None
    predicted_rt_min: Annotated[
        float | None, Meta(description="On the time axis of the first program.")
    ]
    confidence: Annotated[float, Meta(description="That the label is right, judged by itself.")]
    analysis_row: Annotated[int, Meta(description="The row of this job with the annotation.")]


class JudgedPeak(msgspec.Struct, frozen=True, kw_only=True):
    """A peak with both annotations; one is null where that program has no row of it."""

    peak: int
    sample: str
    rt_min: Annotated[float | None, Meta(description="On the time axis of the first program.")]
    first: Annotation | None
    second: Annotation | None
    difference: Annotated[
        str, Meta(description="In what the annotations differ; same if in nothing.")
    ]
    judgement: Annotated[
        str,
        Meta(
            description="Who is right: first, second, both, neither, or undecided; not_judged if "
            "a label is no name of a ganglioside, a standard, a peak of a blank or an unusable row."
        ),
    ]
    probability: Annotated[
        float | None, Meta(description="That of the likeliest outcome; null if not judged.")
    ]
    probabilities: Annotated[
        dict[str, float], Meta(description="Of each outcome; empty if not judged.")
    ]
    evidence: str


class Judgements(msgspec.Struct, frozen=True, kw_only=True):
    """Some of ``total`` judged peaks; ``counts`` are of all peaks, by difference and judgement."""

    first: Annotated[str, Meta(description="What the first program is called.")]
    second: str
    jobs: Annotated[list[str], Meta(description="The jobs with the tables of the two programs.")]
    total: int
    counts: dict[str, dict[str, int]]
    peaks: list[JudgedPeak]


def judgements(found: Judged, choice: PeakChoice, limit: int, offset: int) -> Judgements:
    """The chosen peaks of an arbitration, from ``offset`` on."""
    chosen = choice.of(found.peaks)
    page = chosen.slice(offset, limit)
    return Judgements(
        first=found.titles.first,
        second=found.titles.second,
        jobs=list(found.jobs),
        total=chosen.height,
        counts=counts(found.peaks),
        peaks=[_view(peak, found.titles) for peak in page.iter_rows(named=True)],
    )


def counts(judged: pl.DataFrame) -> dict[str, dict[str, int]]:
    """How many peaks have each judgement: of those on which the programs differ, and of all."""
    groups = {"different": judged.filter(pl.col("kind") != "same"), "all": judged}
    return {
        name: {each: int((peaks["judgement"] == each).sum()) for each in JUDGEMENTS}
        for name, peaks in groups.items()
    }


def _view(peak: dict[str, Any], titles: Titles) -> JudgedPeak:
    times = (peak["rt_min_first"], peak["rt_min_second"])
    return JudgedPeak(
        peak=peak["peak"],
        sample=peak["sample"] or "",
        rt_min=next((time for time in times if time is not None), None),
        first=_annotation(peak, "first"),
        second=_annotation(peak, "second"),
        difference=peak["kind"],
        judgement=peak["judgement"],
        probability=peak["probability"],
        probabilities={name: p for name in OUTCOMES if (p := peak[f"p_{name}"]) is not None},
        evidence=evidence_sentence(peak, titles),
    )


def _annotation(peak: dict[str, Any], side: str) -> Annotation | None:
    if not peak[f"is_in_{side}"]:
        return None
    same = ("name", "species", "adduct", "predicted_rt_min", "confidence")
    return Annotation(
        rows=[int(row) for row in peak[f"rows_{side}"].split("+")],
        rt_min=peak[f"written_rt_min_{side}"],
        area=peak[f"written_area_{side}"],
        analysis_row=peak[f"row_{side}"],
        **{name: peak[f"{name}_{side}"] for name in same},
    )
