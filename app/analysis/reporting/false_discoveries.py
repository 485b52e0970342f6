"""Estimate how many labels of the rows that the rules call true are wrong."""

import polars as pl

# With fewer true rows the decoys do not see that the model was fitted to wrong rows as well
# (docs/adr/0065-decoys-estimate-the-false-discoveries.md).
LEAST_TRUE = 100


def false_discovery_rate(rows: pl.DataFrame, accepted_decoys: float | None) -> float | None:
    """The share of wrong labels to expect among true ``rows`` (``ROW_SCHEMA``); None without any.

    ``accepted_decoys`` is the share of decoys that the rules accept. Wrong labels are accepted as
    often, so those that were rejected tell how many were not (Storey 2002, J R Stat Soc B 64:479).
    In a small table it is the mean of local false discovery rates, 1 - confidence (Efron,
    Tibshirani, Storey and Tusher 2001, JASA 96:1151).
    """
    judged = rows.select("rule", "call", "confidence").filter(pl.col("rule") > 0)
    true = judged.filter(pl.col("call") == "true")
    if true.is_empty():
        return None
    if accepted_decoys is None or true.height < LEAST_TRUE:
        return float(true.select(1 - pl.col("confidence").mean()).item())
    rejected = judged.height - true.height
    wrong = rejected * accepted_decoys / max(1 - accepted_decoys, 0.5)
    return min(wrong / true.height, 1.0)
