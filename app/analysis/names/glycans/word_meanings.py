"""What a word of a name means by itself: a core, or a reason to refuse the name."""

from app.analysis.names.glycans.glycan_parts import Core
from app.analysis.names.glycans.glycan_words import Token
from app.analysis.names.glycans.refused_words import reason_of


def refusal_of(token: Token) -> str:
    """Why a name with this word cannot be read; empty if it can."""
    if token.kind == "unknown":
        return f"{token.text!r} is not understood"
    if reason := reason_of(token.kind):
        return reason
    if token.kind == "unknown_sialic":
        return "it does not say which sialic acid, NeuAc or NeuGc"
    return ""


def core_of(found: dict[str, str | None]) -> Core:
    """The core by the parts of its word, such as ``GD1a`` or ``GD1-alpha``."""
    letter = found.get("letter")
    alpha = None
    if "is_alpha" in found or "is_second" in found:
        alpha = f"{(found.get('of_alpha') or found.get('of_second') or '').lower()}-alpha"
    return Core(
        sialic=str(found["sialic"]).upper(),
        series=int(str(found["series"])),
        letter=letter.strip(" -").lower() if letter else None,
        alpha=alpha,
    )
