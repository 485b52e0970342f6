"""The filters of the templates of pages and the report: words of calls, formats of numbers."""

from collections.abc import Callable, Mapping

from app.analysis.state.calls import assignment
from app.web.templating.numbers import FILTERS as NUMBERS
from app.web.templating.record_names import FILTERS as NAMES

FILTERS: Mapping[str, Callable[..., str]] = {**NUMBERS, **NAMES, "assignment": assignment}
