"""The same peaks in every notation, encoding, layout and unit: read back, or asked about.

A table that is misread gives other numbers without a word, so each example either gives the peaks
that were printed or a question.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from app.analysis.reading.decisions import UndecidedError
from app.analysis.reading.peak_table import read_peak_table

NAMES = (
    *("GM3(36:1;O2)", "GD1a 38:1;O2", "GM3-NGNA 34:1;O2", "GT1b(d18:1/18:0)", "GQ1(40:2;O3)"),
    *("GD3 36:1;O2|GD3 18:1;O2/18:0", "GM1+OAc(36:1;O2)", "GD2(d18:1/20:0)"),
)
# Encodings that have the letters of these samples.
SAMPLES = {
    ("brain", "liver", "s1"): ("ascii", "cp1252", "mac-roman", "cp932", "gb18030", "cp1251"),
    ("Gehirn für Müller", "Körper groß", "Öl"): ("cp1252", "mac-roman"),
    ("témoin âgé", "échantillon reçu", "contrôle"): ("cp1252", "mac-roman"),
    ("脳試料", "肝臓サンプル", "対照群"): ("cp932",),
    ("大脑样品", "肝脏样品", "对照组"): ("gb18030",),
    ("мозг", "печень", "контроль"): ("cp1251",),
}
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
PER_MINUTE = {"min": 1, "s": 60, "ms": 60_000}
RT_HEADERS = {
    "min": ("RT", "RT (min)", "Retention Time", "rt_min", "RT [min]", "Retentionszeit"),
    "s": ("RT (sec)", "RT [s]", "retention time (seconds)", "rt_sec", "RT"),
    "ms": ("RT (ms)", "RT"),
}
# The mark between thousands and the decimal mark.
NOTATIONS = (
    *((",", "."), (".", ","), ("", "."), ("", ","), (" ", ","), ("\u00a0", ","), ("'", ".")),
    *(("\u202f", ","), (" ", "."), ("\u2019", ".")),
)
LAYOUTS = ("long", "wide", "skyline", "skyline pivoted")


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to print a table."""

    layout: str
    notation: tuple[str, str]
    rt_decimals: int
    area_decimals: int
    unit: str
    rt_header: str
    separator: str
    line_end: str
    encoding: str

    def number(self, value: float, decimals: int) -> str:
        """A number as this way writes it."""
        group, mark = self.notation
        text = f"{value:,.{decimals}f}".replace(",", "G").replace(".", mark)
        return text.replace("G", group)

    def rt(self, minutes: float) -> str:
        """A retention time as this way writes it."""
        return self.number(minutes * PER_MINUTE[self.unit], self.rt_decimals)

    def area(self, value: float) -> str:
        """An area as this way writes it."""
        return self.number(value, self.area_decimals)


@dataclass(frozen=True)
class Peaks:
    """Retention times by name, and areas by name and sample."""

    times: dict[str, float]
    areas: dict[tuple[str, str], float]
    samples: tuple[str, ...]

    def rows(self, way: Way) -> list[list[str]]:
        """The table with its header, as cells."""
        if way.layout in ("long", "skyline"):
            return self._long(way)
        return self._wide(way)

    def _long(self, way: Way) -> list[list[str]]:
        header = ["Name", "Sample", way.rt_header, "Area"]
        if way.layout == "skyline":
            header = ["Molecule Name", "Replicate Name", "Best Retention Time", "Total Area"]
        rows = [
            [name, sample, way.rt(self.times[name]), way.area(area)]
            for (name, sample), area in self.areas.items()
        ]
        return [header, *rows]

    def _wide(self, way: Way) -> list[list[str]]:
        is_skyline = way.layout != "wide"
        header = ["Molecule Name"] if is_skyline else ["Name", way.rt_header]
        for sample in self.samples:
            own = ("Best Retention Time", "Total Area") if is_skyline else ("Area",)
            header += [f"{sample} {what}" for what in own]
        rows = [[name, *self._cells(way, name, is_skyline=is_skyline)] for name in self.times]
        return [header, *rows]

    def _cells(self, way: Way, name: str, *, is_skyline: bool) -> list[str]:
        rt = way.rt(self.times[name])
        cells = [] if is_skyline else [rt]
        for sample in self.samples:
            area = way.area(self.areas[name, sample])
            cells += [rt, area] if is_skyline else [area]
        return cells


@st.composite
def ways(draw: st.DrawFn, encodings: tuple[str, ...]) -> Way:
    """Any way to print a table; Skyline writes minutes."""
    layout = draw(st.sampled_from(LAYOUTS))
    unit = "min" if "skyline" in layout else draw(st.sampled_from(sorted(PER_MINUTE)))
    notation = draw(st.sampled_from(NOTATIONS))
    return Way(
        layout=layout,
        notation=notation,
        rt_decimals=draw(st.integers(0 if unit == "ms" else 1, 4)),
        area_decimals=draw(st.integers(0, 3)),
        unit=unit,
        rt_header=draw(st.sampled_from(RT_HEADERS[unit])),
        separator=draw(st.sampled_from([",", ";", "\t", "|"])),
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        encoding=draw(st.sampled_from((*UNICODE, *encodings))),
    )


@st.composite
def printed(draw: st.DrawFn) -> tuple[Peaks, Way]:
    """Peaks, and a way to print them."""
    samples, encodings = draw(st.sampled_from(list(SAMPLES.items())))
    way = draw(ways(encodings))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    chosen = samples[: draw(st.integers(1, 3))]
    rt = st.floats(2.0, 40.0) if way.unit != "min" else st.floats(0.5, 60.0)
    times = {name: draw(rt) for name in names}
    sizes = draw(st.sampled_from([(1.0,), (1e3,), (1.0, 1e4), (10.0, 1e3, 1e5, 1e7)]))
    areas = {
        (name, sample): draw(st.floats(1.0, 99.0)) * draw(st.sampled_from(sizes))
        for name in names
        for sample in chosen
    }
    return Peaks(times, areas, chosen), way


def as_file(peaks: Peaks, way: Way) -> bytes:
    """The printed table; a cell with the separator is quoted."""
    text = io.StringIO()
    csv.writer(text, delimiter=way.separator, lineterminator=way.line_end).writerows(
        peaks.rows(way)
    )
    return text.getvalue().encode(way.encoding, errors="strict")


def can_hold(peaks: Peaks, way: Way) -> bool:
    """Whether the encoding has all the characters."""
    try:
        as_file(peaks, way)
    except UnicodeEncodeError:
        return False
    return True


@settings(max_examples=300, derandomize=True)
@given(printed())
def test_printed_peaks_are_read_back_or_asked_about(example: tuple[Peaks, Way]) -> None:
    peaks, way = example
    assume(can_hold(peaks, way))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "peaks.csv"
        path.write_bytes(as_file(peaks, way))
        try:
            read = read_peak_table(path, on_note=lambda _: None)
        except UndecidedError as asked:
            event("asked: " + ", ".join(question.subject for question in asked.questions))
            return
    event("read back")
    found = {
        (str(name).split("|")[0], sample): (rt, area)
        for name, sample, rt, area in read.select("name", "sample", "rt_min", "peak_area").rows()
    }
    scale = PER_MINUTE[way.unit]
    expected = {
        (name.split("|")[0], sample): (
            pytest.approx(round(peaks.times[name] * scale, way.rt_decimals) / scale, rel=1e-9),
            pytest.approx(round(area, way.area_decimals), rel=1e-9),
        )
        for (name, sample), area in peaks.areas.items()
    }
    assert found == expected, as_file(peaks, way).decode(way.encoding)
    assert read["problem"].null_count() == read.height
