"""How the points of a plot are thinned out where there are more than can be drawn."""


def shares_of(counts: dict[str, int], most: int) -> dict[str, int]:
    """How many points each series gets: a rare one all, the others equal parts of what is left."""
    shares: dict[str, int] = {}
    for number, name in enumerate(sorted(counts, key=counts.__getitem__)):
        part = (most - sum(shares.values())) // (len(counts) - number)
        shares[name] = min(counts[name], part)
    return shares
