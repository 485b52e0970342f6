"""Say how likely the classes of a table have their own names."""

import numpy as np
import polars as pl

from app.analysis.counted import percent
from app.analysis.state.doubts.class_names import ClassNames

# A probability that is nearer to one or to none is said to be above or below this.
LEAST, MOST = 0.001, 0.999


def likelihood(probability: float) -> str:
    """A probability in words, with one digit after the point."""
    if probability > MOST:
        return f"more than {percent(MOST, 1)}"
    return f"less than {percent(LEAST, 1)}" if probability < LEAST else percent(probability, 1)


def likelihoods(probability: pl.Expr) -> pl.Expr:
    """Probabilities in words, as ``likelihood`` writes one."""
    return (
        pl.when(probability > MOST)
        .then(pl.lit(likelihood(1.0)))
        .when(probability < LEAST)
        .then(pl.lit(likelihood(0.0)))
        .otherwise(pl.format("{} %", (100 * probability).round(1)))
    )


def class_verdicts(names: pl.DataFrame, found: ClassNames) -> pl.DataFrame:
    """How likely each prefix of a table has the right class: prefix, verdict, sentence."""
    sentences = {
        core: f"The probability that {core} is the right name of this class is "
        f"{likelihood(likely)}; the likeliest other name is {_likeliest(core, found)}."
        for core, likely in found.of_class.items()
    }
    prefixes = sorted(set(zip(names["prefix"].to_list(), names["core"].to_list(), strict=True)))
    rows = [(prefix, "judged", sentences[core]) for prefix, core in prefixes if core in sentences]
    schema = dict.fromkeys(("prefix", "verdict", "sentence"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _likeliest(core: str, found: ClassNames) -> str:
    own = np.array([core in other for other in found.others])
    best = int(np.where(own, found.probability, -1.0).argmax())
    return f"{found.others[best][core]} ({likelihood(found.probability[best])})"
