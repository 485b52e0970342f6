"""Say how likely the classes of a table have their own names."""

import numpy as np
import polars as pl

from app.analysis.state.class_names import ClassNames

# A probability that is nearer to one or to none is said to be above or below this.
LEAST, MOST = 0.001, 0.999


def percent(probability: float) -> str:
    """A probability in words, with one digit after the point."""
    if probability > MOST:
        return f"more than {MOST:.1%}"
    return f"less than {LEAST:.1%}" if probability < LEAST else f"{probability:.1%}"


def class_verdicts(names: pl.DataFrame, found: ClassNames) -> pl.DataFrame:
    """How likely each prefix of a table has the right class: prefix, verdict, sentence."""
    prefixes = names.select("prefix", "core").unique().sort("prefix")
    sentences = {
        core: f"The probability that {core} is the right name of this class is {percent(likely)}; "
        f"the likeliest other name is {_likeliest(core, found)}."
        for core, likely in found.of_class.items()
    }
    return prefixes.filter(pl.col("core").is_in(list(sentences))).select(
        "prefix",
        verdict=pl.lit("judged"),
        sentence=pl.col("core").replace_strict(sentences, default=None, return_dtype=pl.String),
    )


def _likeliest(core: str, found: ClassNames) -> str:
    own = np.array([core in other for other in found.others])
    best = int(np.where(own, found.probability, -1.0).argmax())
    return f"{found.others[best][core]} ({percent(found.probability[best])})"
