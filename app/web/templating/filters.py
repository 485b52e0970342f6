"""The filters of the templates of pages and the report: words of calls, formats of numbers."""

from collections.abc import Callable, Mapping
from typing import Any

from app.analysis.overrides.moved import sentence_on
from app.analysis.state.calls import assignment
from app.web.templating.numbers import FILTERS as NUMBERS
from app.web.templating.record_names import FILTERS as NAMES


def moved_sentence(moved: Mapping[str, Any]) -> str:
    """What a refit moved, by the summary of its job."""
    return sentence_on(moved["cause"], moved["total"], of="assignment")


FILTERS: Mapping[str, Callable[..., str]] = {
    **NUMBERS,
    **NAMES,
    "assignment": assignment,
    "moved_sentence": moved_sentence,
}
