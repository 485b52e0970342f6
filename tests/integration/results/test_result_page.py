"""The result of a job: its table, the data of its plots, and why each row is called as it is."""

import html
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reporting.result import Analysis
from app.analysis.settings import AnalysisSettings
from app.analysis.state.calls import ASSIGNMENTS
from app.web.features.results.columns import USUAL
from app.web.features.results.probabilities import PERCENTAGES, SURE_PERCENT, percentages
from tests.analyses import explained
from tests.integration.api import finished, large_table, submit
from tests.servers import TOKEN

Passes = Callable[[dict[str, Any]], bool]
BROKEN = b"Name,RT,Volume\nnothing,10,5\nGM1(36:1;O2),10.1,1000\nGM3(36:1;O2),,2000\n"


@pytest.fixture
def browser(client: httpx.Client) -> httpx.Client:
    client.get("/login", params={"token": TOKEN})
    return client


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """What an analysis of the example finds, without a server."""
    table: Path = tmp_path_factory.mktemp("example") / "example.csv"
    example_table().write_csv(table)
    return analyze(read_peak_table(table), AnalysisSettings())


@pytest.fixture
def example(browser: httpx.Client) -> str:
    job_id = submit(browser, example_table().write_csv().encode())
    finished(browser, job_id)
    return job_id


@pytest.fixture
def cohort(browser: httpx.Client) -> str:
    job_id = submit(browser, large_table(copies=4))
    finished(browser, job_id)
    return job_id


def test_a_row_is_explained_by_the_sentences_of_its_analysis(
    browser: httpx.Client, example: str, expected: Analysis
) -> None:
    fragment = expected.rows.filter(pl.col("parent_row").is_not_null())["row"][0]
    for row in (1, fragment):
        why = browser.get(f"/api/v1/jobs/{example}/rows/{row}").json()
        received = explained(expected).filter(pl.col("row") == row)
        spoke = [said for said in why["said"] if said["verdict"] is not None]
        assert [said["rule"] for said in why["said"]] == [2, 5, 3, 1, 4, 6, 7, 8, 9, 10]
        assert [said["rule"] for said in spoke] == received["rule"].to_list()
        assert [said["sentence"] for said in spoke] == received["sentence"].to_list()
        page = browser.get(f"/jobs/{example}/rows/{row}").text
        assert all(said["sentence"] in re.sub(r"<[^>]+>", "", page) for said in spoke[:1])


def test_a_row_names_its_parent_and_its_fragments_as_links(
    browser: httpx.Client, example: str, expected: Analysis
) -> None:
    parents = expected.rows["parent_row"].drop_nulls()
    parent = parents.mode()[0]
    fragments = expected.rows.filter(pl.col("parent_row") == parent)["row"].to_list()
    why = browser.get(f"/api/v1/jobs/{example}/rows/{parent}").json()
    assert [one["row"] for one in why["fragments"]] == fragments
    page = browser.get(f"/jobs/{example}/rows/{parent}").text
    assert all(f'href="/jobs/{example}/rows/{row}"' in page for row in fragments)
    child = browser.get(f"/api/v1/jobs/{example}/rows/{fragments[0]}").json()
    assert child["parent"]["row"] == parent
    for row in (parent, fragments[0]):
        family = browser.get(f"/jobs/{example}/rows/{row}/family.json").json()
        assert sorted(one["row"] for one in family["members"]) == sorted([parent, *fragments])
        assert [one["row"] for one in family["members"] if one["is_parent"]] == [parent]


def test_the_page_leads_to_the_rows_that_are_in_doubt(
    browser: httpx.Client, example: str, expected: Analysis
) -> None:
    page = browser.get(f"/jobs/{example}/result").text
    said = re.search(r'(\d+) rows are in doubt: .*?<a href="([^"#]*)', page)
    assert said is not None
    number, address = int(said[1]), html.unescape(said[2])
    listed = browser.get(f"/jobs/{example}/result{address}&size=1000").text
    rows = [int(row) for row in re.findall(r'<tr id="row-(\d+)"', listed)]
    assert len(rows) == number > 3

    shares = percentages(expected.notes.lazy()).collect()
    likeliest = shares.select("row", most=pl.max_horizontal(*PERCENTAGES).round())
    assert rows == likeliest.filter(pl.col("most") < SURE_PERCENT)["row"].sort().to_list()


def test_htmx_gets_the_explanation_alone(browser: httpx.Client, example: str) -> None:
    page = browser.get(f"/jobs/{example}/rows/1")
    part = browser.get(f"/jobs/{example}/rows/1", headers={"HX-Request": "true"})
    assert "<html" in page.text
    assert part.text.startswith("\n") or part.text.startswith("<")
    assert "<html" not in part.text
    assert "What each rule says" in part.text
    assert "HX-Request" in page.headers["Vary"]


def test_a_row_that_cannot_be_used_says_why(browser: httpx.Client) -> None:
    job_id = submit(browser, BROKEN)
    finished(browser, job_id)
    why = browser.get(f"/api/v1/jobs/{job_id}/rows/3").json()
    assert why["row"]["call"] == "invalid"
    assert why["row"]["reason"] in [said["sentence"] for said in why["said"]]
    page = browser.get(f"/jobs/{job_id}/rows/3")
    assert page.is_success
    assert why["row"]["reason"].split(".")[0] in page.text
    assert "Override row" not in page.text
    result = browser.get(f"/jobs/{job_id}/result").text
    assert re.findall(r'href="overrides\?row=(\d+)"', result) == ["2"]


def test_the_page_of_a_row_has_what_the_table_and_the_masses_say(browser: httpx.Client) -> None:
    table = (
        b"Name,RT,Volume,Sample,Anchor,m/z,Adduct\n"
        b"GM3(36:1;O2),10.6,2000,brain 1,T,1179.7372,[M-H]-\n"
        b"GM1(36:1;O2),10.1,1000,brain 2,F,1544.8694,[M-H]-\n"
    )
    job_id = submit(browser, table)
    finished(browser, job_id)

    page = browser.get(f"/jobs/{job_id}/rows/1").text

    facts = re.search(r'<dl class="facts">(.*?)</dl>', page, re.DOTALL)
    assert facts is not None
    said = " ".join(re.sub(r"<[^>]+>", " ", facts[1]).split())
    assert said.startswith("Sample brain 1")
    assert re.search(r"Anchor&nbsp; \? yes Retention time 10\.600 min", said)
    assert re.search(r"m/z 1179\.7372 \( ?[+\u2212]\d+\.\d ppm from its label\) Ion \[M-H\]-", said)


@pytest.mark.parametrize("address", ["/api/v1/jobs/{}/rows/9999", "/jobs/{}/rows/9999"])
def test_a_row_that_is_not_there_is_reported(
    browser: httpx.Client, example: str, address: str
) -> None:
    answer = browser.get(address.format(example))
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "This result has no row 9999." in answer.text


@pytest.mark.parametrize("column", ["rt_min", "name", "parent_row", "residual_min"])
def test_the_table_is_sorted_by_a_column_over_all_pages(
    browser: httpx.Client, cohort: str, column: str
) -> None:
    for sort in (column, f"-{column}"):
        rows = api_rows(browser, cohort, sort=sort, limit=10_000)
        there = [row[column] for row in rows if row[column] is not None]
        assert there == sorted(there, reverse=sort.startswith("-"))
        assert [row[column] for row in rows[len(there) :]] == [None] * (len(rows) - len(there))
        numbers = [row["row"] for row in rows]
        second = browser.get(f"/jobs/{cohort}/result", params={"sort": sort, "page": 2})
        assert shown_rows(second) == numbers[100:200]
        linked = browser.get(f"/jobs/{cohort}/result", params={"sort": sort, "row": numbers[350]})
        assert shown_rows(linked) == numbers[300:400]


def within_range(row: dict[str, Any]) -> bool:
    return 9 <= (row["rt_min"] or 0) <= 10 and (row["carbons"] or 0) >= 36


def is_true_gd1_oac(row: dict[str, Any]) -> bool:
    return row["call"] == "true" and "GD1+OAc" in row["name"]


def is_timed_by_rule_1(row: dict[str, Any]) -> bool:
    return row["rule"] == 1 and "elutes" in row["reason"].lower()


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ({"category": "GD"}, lambda row: row["category"] == "GD"),
        ({"sample": "s2"}, lambda row: row["sample"] == "s2"),
        ({"within": "rt_min:9:10,carbons:36:"}, within_range),
        ({"ranges": "rt_min:9:10,carbons:36:"}, within_range),
        ({"rule": "1", "reason": "Elutes"}, is_timed_by_rule_1),
        ({"rows": "5,900,3"}, lambda row: row["row"] in (3, 5, 900)),
        ({"search": "gd1+oac", "call": "true"}, is_true_gd1_oac),
    ],
)
def test_rows_are_filtered(
    browser: httpx.Client, cohort: str, query: dict[str, str], passes: Passes
) -> None:
    wanted = [row["row"] for row in api_rows(browser, cohort, limit=10_000) if passes(row)]
    assert wanted
    assert [row["row"] for row in api_rows(browser, cohort, limit=10_000, **query)] == wanted
    page = browser.get(f"/jobs/{cohort}/result", params=query | {"size": 1000})
    assert shown_rows(page) == wanted


def test_the_columns_are_chosen(browser: httpx.Client, example: str) -> None:
    page = browser.get(f"/jobs/{example}/result", params={"columns": "rt_min,species"})
    assert heads(page) == ["Row", "Name", "RT (min)", "Species"]
    several = browser.get(f"/jobs/{example}/result", params={"columns": ["call", "carbons"]})
    assert heads(several) == ["Row", "Name", "Assignment", "Carbons"]
    assert "columns=call,carbons" in several.text


def test_the_sample_column_alone_is_left_out(browser: httpx.Client, cohort: str) -> None:
    usual = heads(browser.get(f"/jobs/{cohort}/result"))
    assert "Sample" in usual
    page = browser.get(f"/jobs/{cohort}/result", params={"columns": list(USUAL)})
    assert heads(page) == [head for head in usual if head != "Sample"]
    both = browser.get(f"/jobs/{cohort}/result", params={"columns": [*USUAL, "sample"]})
    assert heads(both) == usual
    assert "columns=" not in both.text


def test_links_keep_what_is_shown(browser: httpx.Client, cohort: str) -> None:
    query = {"call": "true", "sort": "-rt_min", "x": "log_p", "size": "50", "page": "2"}
    page = browser.get(f"/jobs/{cohort}/result", params=query).text
    assert 'href="?call=true&amp;sort=-rt_min&amp;size=50&amp;page=3&amp;x=log_p#rows"' in page
    assert 'href="?call=true&amp;sort=name&amp;size=50&amp;x=log_p#rows"' in page
    assert 'href="?sort=-rt_min&amp;size=50&amp;x=log_p#rows"' in page


def test_warnings_lead_to_their_rows(browser: httpx.Client, porcine_brain: Path) -> None:
    job_id = submit(browser, porcine_brain.read_bytes())
    warning, *_ = finished(browser, job_id)["summary"]["warnings"]
    page = browser.get(f"/jobs/{job_id}/result").text
    query = f"?rows={','.join(map(str, warning['rows']))}"
    assert f'href="{query}#rows"' in page
    assert f'href="rows/{warning["rows"][0]}"' in page
    assert shown_rows(browser.get(f"/jobs/{job_id}/result{query}")) == warning["rows"]


def test_the_meaning_of_calls_and_numbers_is_explained(browser: httpx.Client, example: str) -> None:
    for address in (f"/jobs/{example}/result", f"/api/v1/jobs/{example}/export?format=html"):
        terms = re.findall(r"<dt>([^<]+)</dt>", browser.get(address).text)
        assert {*ASSIGNMENTS.values(), "Confidence", "Residual", "Log P"} <= set(terms)
    assert "% what its label says" in browser.get(f"/jobs/{example}/rows/1").text


def test_a_job_and_its_result_tell_the_same_time(browser: httpx.Client, example: str) -> None:
    (took,) = re.findall(r" rows out, in ([\d.]+) s", browser.get(f"/jobs/{example}/result").text)
    (shown,) = re.findall(r'data-elapsed="([\d.]+)"', browser.get(f"/jobs/{example}").text)
    assert float(shown) == float(took) > 0


def test_the_plot_of_a_large_table_is_thinned_and_says_so(browser: httpx.Client) -> None:
    job_id = submit(browser, large_table(copies=100))
    counts = finished(browser, job_id)["summary"]["counts"]
    plot = browser.get(f"/jobs/{job_id}/chart.json").json()
    points = {series["name"]: series["points"] for series in plot["series"]}
    assert plot["shown"] == sum(map(len, points.values())) == 20_000
    assert plot["total"] == sum(counts.values()) == 28_300
    rare = [call for call, count in counts.items() if count <= 4000]
    assert rare
    assert all(len(points[call]) == counts[call] for call in rare)
    rows = [point[2] for series in points.values() for point in series]
    assert len(set(rows)) == len(rows)


def test_a_plot_has_the_rows_of_its_filter_and_marks_the_selected(
    browser: httpx.Client, example: str
) -> None:
    chosen = {"category": "GD", "within": "carbons:36:36", "x": "carbons", "by": "category"}
    plot = browser.get(f"/jobs/{example}/chart.json", params=chosen).json()
    rows = {row["row"]: row for row in api_rows(browser, example, category="GD")}
    points = {series["name"]: series["points"] for series in plot["series"]}
    assert {name for name, some in points.items() if some} == {"GD"}
    assert {point[2] for point in points["GD"]} == set(rows)
    for x, y, row, name, is_selected, *_ in points["GD"]:
        assert (x, name) == (rows[row]["carbons"], rows[row]["name"])
        assert y == pytest.approx(rows[row]["rt_min"], abs=1e-4)
        assert is_selected is (rows[row]["carbons"] == 36)
    assert plot["selected"] == sum(row["carbons"] == 36 for row in rows.values())


def test_bands_are_those_of_categories_with_points(browser: httpx.Client, example: str) -> None:
    drawn = [
        {band["category"] for band in browser.get(address).json()["bands"]}
        for address in (f"/jobs/{example}/chart.json{query}" for query in ("", "?category=GD"))
    ]
    assert drawn[0] > drawn[1] == {"GD"}


def test_one_header_says_how_the_rows_are_sorted(browser: httpx.Client, example: str) -> None:
    query = "columns=probabilities&columns=confidence&sort=confidence"
    page = browser.get(f"/jobs/{example}/result?{query}").text
    headers = re.findall(r"<th scope=\"col\".*?</th>", page)
    assert ["Confidence" in header for header in headers if "aria-sort" in header] == [True]
    assert page.count('id="sort-probabilities"') == page.count('id="sort-confidence"') == 1
    page = browser.get(f"/jobs/{example}/result?columns=probabilities&sort=confidence").text
    assert page.count("aria-sort") == 1


def test_residuals_are_plotted_about_the_band(browser: httpx.Client, example: str) -> None:
    chosen = {"plot": "residuals", "band": "GM3", "x": "predicted_rt_min"}
    plot = browser.get(f"/jobs/{example}/chart.json", params=chosen).json()
    rows = {row["row"]: row for row in api_rows(browser, example)}
    for series in plot["series"]:
        for x, y, row, *_ in series["points"]:
            assert x == pytest.approx(rows[row]["predicted_rt_min"], abs=1e-4)
            assert y == pytest.approx(rows[row]["residual_min"], abs=1e-4)
    assert plot["bands"]
    assert all(low < 0 == middle < high for _, middle, low, high in plot["bands"][0]["points"])


def test_the_band_of_a_prefix_is_that_of_its_rows(browser: httpx.Client, example: str) -> None:
    plot = browser.get(f"/jobs/{example}/chart.json", params={"band": "GM3"}).json()
    row = api_rows(browser, example, prefix="GM3", call="true", within="double_bonds:1:1")[0]
    (band,) = [band for band in plot["bands"] if band["kind"] == f":1;O{row['hydroxyls']}"]
    (point,) = [point for point in band["points"] if point[0] == row["carbons"]]
    assert point[1] == pytest.approx(row["predicted_rt_min"], abs=0.02)
    assert point[2] < row["predicted_rt_min"] < point[3]


def test_the_composition_counts_every_row_once(browser: httpx.Client, example: str) -> None:
    shares = browser.get(f"/jobs/{example}/chart.json", params={"plot": "composition"}).json()
    rows = api_rows(browser, example)
    counted = Counter((row["category"] or "", row["call"]) for row in rows)
    received = {
        (share["category"], call): count
        for share in shares
        for call, count in share["counts"].items()
        if count
    }
    assert received == counted
    assert [share["category"] for share in shares][:5] == ["GM", "GD", "GT", "GQ", "GP"]
    page = browser.get(f"/jobs/{example}/result", params={"plot": "composition"}).text
    assert '<table id="composition">' in page


def test_asialo_species_have_a_category_and_unreadable_names_are_left_out(
    browser: httpx.Client,
) -> None:
    table = b"Name,RT,Volume,Log P\nGA1(36:1;O2),12.1,10,5\nnothing,10,5,4\nGM1(36:1;O2),10.1,9,4\n"
    job_id = submit(browser, table)
    finished(browser, job_id)
    query = {"by": "category", "x": "log_p"}
    plot = browser.get(f"/jobs/{job_id}/chart.json", params=query).json()
    points = {series["name"]: len(series["points"]) for series in plot["series"]}
    assert points == {"GA": 1, "GM": 1, "GD": 0, "GT": 0, "GQ": 0, "GP": 0}
    assert (plot["shown"], plot["total"], plot["left_out"]) == (2, 3, 1)


def test_pages_come_compressed_and_streams_do_not(browser: httpx.Client, example: str) -> None:
    page = browser.get(f"/jobs/{example}/result")
    assert page.headers["Content-Encoding"] == "gzip"
    with browser.stream("GET", "/api/v1/events") as stream:
        assert "Content-Encoding" not in stream.headers


def api_rows(client: httpx.Client, job_id: str, **query: str | int) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/jobs/{job_id}/rows", params=query)
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def shown_rows(answer: httpx.Response) -> list[int]:
    return [int(row) for row in re.findall(r'<tr id="row-(\d+)"', answer.text)]


def heads(answer: httpx.Response) -> list[str]:
    return re.findall(r'<a id="sort-\w+"[^>]*>([^<]+)</a>', answer.text)
