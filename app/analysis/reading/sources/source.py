"""What is known of one program's peak tables: how to tell them, and where each role lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import polars as pl

from app.analysis.reading.columns import Headers

Header: TypeAlias = Sequence[str]
# The lines above a header, each as its cells.
Above: TypeAlias = Sequence[Sequence[str]]


class SampleColumns(NamedTuple):
    """The columns of one sample in a wide table; ``rt`` is empty where it has no times."""

    sample: str
    area: str
    rt: str = ""


def _no_samples(_header: Header, _above: Above) -> list[SampleColumns]:
    return []


def _as_it_is(name: pl.Expr) -> pl.Expr:
    return name


@dataclass(frozen=True, kw_only=True)
class Source:
    """A program that exports peak tables.

    ``headers`` goes before the usual names of a role and is written the same way. ``samples``
    finds the columns of each sample of a wide table, ``name`` reads the program's way to write a
    name. ``begins`` is the first cell of a header that has lines above it. Rows that differ in no
    ``precursor`` column and are told apart by a ``transition`` one are parts of one peak. ``hint``
    says what to export where a column is missing.
    """

    title: str
    is_source: Callable[[Header], bool]
    headers: Headers = field(default_factory=dict)
    samples: Callable[[Header, Above], list[SampleColumns]] = _no_samples
    name: Callable[[pl.Expr], pl.Expr] = _as_it_is
    begins: str = ""
    precursor: tuple[str, ...] = ()
    transition: tuple[str, ...] = ()
    hint: str = ""
