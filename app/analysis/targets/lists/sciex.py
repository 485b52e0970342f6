"""The scheduled MRM list of Sciex Analyst and Sciex OS, which has no header.

Its columns are Q1, Q3, retention time, ID, declustering potential and collision energy. The
window of time is one for the whole method, so the list does not have it.
"""

from app.analysis.targets.lists.list_format import Line, ListFormat, minutes, mz
from app.analysis.targets.target_ions import TargetIon


def _line(ion: TargetIon) -> Line:
    # A comma in an ID would divide it for Analyst, and the names of species have none.
    return (mz(ion.mz), mz(ion.product_mz), minutes(ion.rt_min), f"{ion.name} {ion.adduct}", "", "")


FORMAT = ListFormat(
    name="sciex",
    title="Sciex Analyst and Sciex OS",
    above=(),
    line=_line,
    has_product=True,
    is_from="the scheduled transition list that Skyline exports for Analyst",
)
