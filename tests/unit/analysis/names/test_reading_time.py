"""No text makes a pattern of names try exponentially many ways."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.analysis.names.cells.adduct_after_name import adduct_after_name
from app.analysis.names.cells.adducts import normal_adduct, normal_charge
from app.analysis.names.cells.evidence_levels import evidence_level, split_evidence
from app.analysis.names.cells.isotope_labels import isotope_after_name, isotope_label
from app.analysis.names.cells.sample_roles import role_by_name
from app.analysis.names.grammar import SpeciesNameError, read_name
from app.analysis.names.name_text import LONGEST_NAME

READERS = (
    *(read_name, adduct_after_name, normal_adduct, normal_charge, evidence_level, split_evidence),
    *(isotope_after_name, isotope_label, role_by_name),
)
STARTS = ("", "GM3", "GM3 36:1 ", "GM3 36:1;", "GM3(d18:1/", "GM3(36:1;O2)", "[M")
WORDS = (
    *"0129aAbcCdDGHMNOTxX +-_,/;:.()[]'#^",
    *("Ac", "Me", "Neu5,9", "2H", "M+", "+Na", "-2H", "9-", "18:1", "/18:1", "(2OH)", "Hex", "a/"),
    *("di", "OAc", "sialo", "alpha", "9Z,", "+OH", "13C", "blank", "level", "match", "w/o MS2:"),
)
# Every text takes milliseconds; an exponential pattern takes hours.
LONGEST_S = 10


@contextmanager
def alarm() -> Iterator[None]:
    """Raise within a pattern that is still at work; Python checks signals while it matches."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from(STARTS),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.sampled_from(["", "!"]),
)
@example("GM3 36:1 ", ["1"], "")
@example("GM3 36:1 ", ["1", ","], "")
def test_a_repeated_word_is_read_or_refused_at_once(start: str, words: list[str], end: str) -> None:
    text = (start + "".join(words) * LONGEST_NAME)[: LONGEST_NAME - 1] + end
    with alarm():
        for read in READERS:
            try:
                read(text)
            except SpeciesNameError:
                assert read is read_name


@pytest.mark.parametrize("read", READERS[1:])
def test_cells_that_are_no_names_may_be_long(read: object) -> None:
    with alarm():
        for word in ("9", "[M]", "[M+1", "a ", "+1"):
            read(word * 10_000)  # type: ignore[operator]
