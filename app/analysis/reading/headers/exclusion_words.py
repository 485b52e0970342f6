"""Which headers and cells say that rows of a table are excluded, or kept."""

import re

# Words of headers whose yes excludes a row, and which exclude it as a cell of another column.
EXCLUDES = frozenset(
    (
        *("rej", "reject", "rejected", "exclude", "excluded", "discard", "discarded", "delete"),
        *("deleted", "remove", "removed", "omit", "omitted", "ignore", "ignored", "dropped"),
        *("excl", "skip", "skipped", "ausschliessen", "ausgeschlossen", "verworfen", "löschen"),
        *("entfernen", "exclure", "exclu", "supprimer", "excluir", "excluido", "除外", "排除"),
    )
)
# Words of headers whose no excludes a row.
KEEPS = frozenset(
    (
        *("use", "keep", "kept", "incl", "include", "included", "accept", "accepted", "retain"),
        *("retained", "verwenden", "behalten", "garder", "採用"),
    )
)
# The same words where they can mean something else too.
MAY_EXCLUDE = frozenset(("outlier", "bad", "invalid", "flag", "flagged", "flags"))
# The same words as a remark.
DOUBTS = frozenset(("fail", "failed", "bad", "outlier"))
MAY_KEEP = frozenset(
    (
        *("used", "usable", "selected", "select", "valid", "ok", "good", "pass", "confirmed"),
        *("validated", "verified", "approved", "detected", "present", "bestätigt", "confirmé"),
        *("validé", "confirmado", "确认", "確認"),
    )
)
# Columns of remarks, whose cells can be one of the words that exclude a row.
REMARKS = frozenset(
    (
        *("status", "state", "decision", "review", "reviewed", "comment", "comments", "remark"),
        *("remarks", "note", "notes", "action", "curation", "qc", "check", "quality", "rating"),
        *("bemerkung", "kommentar", "commentaire", "備考", "备注"),
    )
)
# What may stand beside the word in a header, as in "Exclude from analysis?".
FILLERS = frozenset(
    (
        *("is", "to", "be", "from", "for", "in", "the", "row", "rows", "peak", "peaks"),
        *("analysis", "quantification", "statistics", "y", "n", "yes", "no", "x"),
        *("manual", "manually", "true", "false"),
    )
)
WORDS = re.compile(r"[^\W_]+")


def begins_with_exclusion(remark: str) -> bool:
    """Whether a remark, such as ``exclude - wrong RT``, begins with a word that excludes."""
    first = WORDS.search(remark)
    return bool(first) and first[0].casefold() in EXCLUDES  # type: ignore[index]


def exclusion_word(header: str) -> str:
    """The word of a header that can say that rows are excluded; empty without one."""
    words = [word.casefold() for word in WORDS.findall(header)]
    rest = [word for word in words if word not in FILLERS]
    known = EXCLUDES | KEEPS | MAY_EXCLUDE | MAY_KEEP | REMARKS
    return rest[0] if len(rest) == 1 and rest[0] in known else ""
