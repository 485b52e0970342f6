"""Words of forms that are no gangliosides with a whole ceramide, and why each is refused."""

# The pattern of each word, and the reason as a part of a sentence.
REFUSED = {
    "lyso": (r"lyso", "lyso forms are not read, for they have no acyl chain"),
    "lactone": (
        r"lacton\w*|inner[ -]?esters?",
        "lactones are not read, for they have lost water and elute elsewhere",
    ),
    "deacetyl": (r"de-?N-?ac(?:etyl\w*)?(?![a-z])", "de-N-acetyl forms are not read"),
    "deacetyl_core": (r"de-?N-?ac(?=-?G[MDTQP][1-4])", "de-N-acetyl forms are not read"),
    "ester": (r"methyl[ -]?esters?", "methyl esters are not read"),
    "derivative": (r"per-?(?:O-?)?(?:meth|acet)yl\w*", "derivatives of sugars are not read"),
}
REFUSED_AFTER_CERAMIDE = {
    "branch": (
        r"(?:[0-9]{1,2}(?:,[0-9]{1,2})*,?)?Me(?:thyl)?(?![a-z])",
        "a branch can be among the carbons of its chain or not; write the chain without it",
    ),
}


def reason_of(kind: str) -> str | None:
    """Why a word of a kind such as ``refused_lyso`` is refused; None for other kinds."""
    name = kind.removeprefix("refused_")
    found = {**REFUSED, **REFUSED_AFTER_CERAMIDE}.get(name) if name != kind else None
    return found and found[1]
