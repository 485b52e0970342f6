"""Say of which other class of lipids a name is."""

import re

_OTHER_CLASS = re.compile(
    r"^\(?(?P<name>(?:a?Hex[2-4]?|S?Hex|dh|Gal|Glc|SHex|PE-|PI-)?Cer(?:P|1P)?\b|L?(?:PC|PE|PG|PI|PS|PA)\b|"
    r"SM[1-4]?[ab]?\b|SB1a|TG|DG|MG|CE\b|CL\b|FA\b|GIPC|G[Bb][3-5]|SPB|ST\b|sulfatide|So\b|Sph)",
    re.IGNORECASE,
)  # fmt: skip


def other_class(text: str) -> str:
    """A part of a sentence on the class, such as PC, with which a name begins; empty for others."""
    found = _OTHER_CLASS.match(text)
    return f"{found['name']} is another class of lipids" if found else ""
