"""Thins out the points of a plot if there are more than can be drawn."""


def shares_of(counts: dict[str, int], most: int) -> dict[str, int]:
    """How many points each series keeps: a small one all, the others equal parts of the rest."""
    shares: dict[str, int] = {}
    for number, name in enumerate(sorted(counts, key=counts.__getitem__)):
        part = (most - sum(shares.values())) // (len(counts) - number)
        shares[name] = min(counts[name], part)
    return shares
