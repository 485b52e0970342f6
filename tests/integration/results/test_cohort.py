"""The cohort of a result: samples, matrix, groups compared and files, by the API."""

from io import BytesIO
from typing import Any

import httpx
import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from tests.integration.api import SMALL, finished, submit
from tests.servers import TOKEN, Sialoscope

REPLICATES = [*("WT_1", "WT_2", "WT_3"), *("KO_1", "KO_2", "KO_3", "KO_4")]
LACKING, MAIN_GM1 = "KO_4", "GM1(38:1;O2)"


def cohort_table() -> bytes:
    """Samples of the example and a blank: GM3 is threefold in KO; the last lacks the main GM1."""
    example = example_table()
    factor = pl.when(pl.col("Name").str.starts_with("GM3")).then(3.0).otherwise(1.0)
    samples = [
        example.with_columns(
            pl.col("Volume") * (1 + 0.01 * place) * (factor if name.startswith("KO") else 1),
            sample=pl.lit(name),
        )
        for place, name in enumerate(REPLICATES)
    ]
    samples[-1] = samples[-1].filter(pl.col("Name") != MAIN_GM1)
    blank = example.head(3).with_columns(pl.col("Volume") / 100, sample=pl.lit("Blank_1"))
    return pl.concat([*samples, blank]).write_csv().encode()


@pytest.fixture(scope="module")
def cohort(server: Sialoscope) -> str:
    with server.client() as client:
        job_id = submit(client, cohort_table(), "mice.csv")
        assert finished(client, job_id)["status"] == "succeeded"
        return f"/api/v1/jobs/{job_id}/cohort"


def get(client: httpx.Client, address: str, **query: Any) -> Any:  # noqa: ANN401 - any JSON
    answer = client.get(address, params=query)
    assert answer.is_success, answer.text
    return answer.json()


def test_samples_have_their_roles_groups_and_totals(client: httpx.Client, cohort: str) -> None:
    samples = get(client, cohort)["samples"]
    assert [each["sample"] for each in samples] == [*REPLICATES, "Blank_1"]
    assert [each["group"] for each in samples] == [*["WT"] * 3, *["KO"] * 4, ""]
    assert samples[-1]["role"] == "blank"
    assert samples[0]["calls"]["true"] > 0
    assert samples[0]["drift_min"] == pytest.approx(0)
    assert sum(samples[0]["composition"].values()) == pytest.approx(100)
    named = get(client, cohort, group=["", "a", "a", "b", "b", ""])["samples"]
    assert [each["group"] for each in named] == ["", "a", "a", "b", "b", "", "", ""]


def test_the_matrix_has_values_or_says_why_not(client: httpx.Client, cohort: str) -> None:
    matrix = get(client, f"{cohort}/matrix", limit=10_000)
    assert matrix["total"] == len(matrix["species"])
    assert {"true", "no peak", "blank"} <= {
        state for row in matrix["species"] for state in row["states"]
    }
    for row in matrix["species"]:
        assert len(row["values"]) == len(row["states"]) == len(matrix["samples"])
        assert "true" in row["states"]
        for value, state in zip(row["values"], row["states"], strict=True):
            assert (value is not None) == (state in ("true", "blank", "incomplete"))
    shares = get(client, f"{cohort}/matrix", measure="share", limit=10_000)
    of_first = [row["values"][0] for row in shares["species"] if row["states"][0] == "true"]
    assert sum(of_first) == pytest.approx(100)
    assert get(client, f"{cohort}/matrix", every="true")["total"] > matrix["total"]
    (row,) = get(client, f"{cohort}/matrix", limit=1, offset=3)["species"]
    assert row == matrix["species"][3]


def test_amounts_by_standards_are_values_and_classes_without_one_are_flagged(
    client: httpx.Client, cohort: str
) -> None:
    """GM3(38:1;O2) is no labelled standard: it is one because the request says so."""
    areas = get(client, f"{cohort}/matrix", limit=10_000)
    standard = next(row["species"] for row in areas["species"] if row["prefix"] == "GM3")
    entered: dict[str, Any] = {"standard": f"{standard} = 50"}
    found = {
        measure: get(client, f"{cohort}/matrix", measure=measure, limit=10_000, **entered)
        for measure in ("pmol", "mol_percent", "share", "call")
    }
    for matrix in found.values():
        assert standard not in {row["species"] for row in matrix["species"]}
        assert any(f"{standard} is a standard because you" in note for note in matrix["notes"])
    for row in found["pmol"]["species"]:
        expected = "true" if row["prefix"] == "GM3" else "no amount"
        values = zip(row["values"], row["states"], strict=True)
        assert {(v is not None, s) for v, s in values if s in ("true", "no amount")} <= {
            (expected == "true", expected)
        }
    for measure in ("mol_percent", "share"):
        of_first = [row["values"][0] for row in found[measure]["species"]]
        assert sum(filter(None, of_first)) == pytest.approx(100)
    assert any("No standard with an amount" in note for note in found["pmol"]["notes"])
    assert {v for row in found["call"]["species"] for v in row["values"]} == {None}
    file = client.get(f"{cohort}/export", params={"measure": "mol_percent", **entered})
    written = pl.read_csv(file.content)
    assert written["WT_1"].sum() == pytest.approx(100)


def test_two_groups_are_compared(client: httpx.Client, cohort: str) -> None:
    found = get(client, f"{cohort}/comparison", one="WT", other="KO")
    changes = {each["species"]: each for each in found["species"]}
    assert found["tested"] == len(changes)
    gm3 = [each for name, each in changes.items() if name.startswith("GM3(")]
    assert gm3
    for each in gm3:
        assert each["low"] < each["log2_fold_change"] < each["high"]
        assert each["log2_fold_change"] == pytest.approx(1.6, abs=0.1)
        assert each["p"] <= each["adjusted_p"] < 0.001
    alone = get(client, f"{cohort}/comparison", group=["a", "a", "b"], one="a", other="b")
    assert alone["tested"] == 0
    assert {each["p"] for each in alone["species"]} == {None}
    assert alone["species"][0]["note"] == "n = 2 in a and 1 in b; a test needs 3 values in each"


def test_classes_are_lines_of_the_matrix_and_compared_too(
    client: httpx.Client, cohort: str
) -> None:
    by_class: dict[str, Any] = {"by": "class", "limit": 10_000}
    shares = get(client, f"{cohort}/matrix", measure="share", **by_class)
    assert shares["total"] < get(client, f"{cohort}/matrix")["total"]
    assert sum(row["values"][0] or 0 for row in shares["species"]) == pytest.approx(100)
    compared = get(client, f"{cohort}/comparison", one="WT", other="KO", by="class")["species"]
    most = max(compared, key=lambda each: each["log2_fold_change"] or 0)
    assert (most["species"], most["adjusted_p"] < 0.001) == ("GM3", True)
    file = client.get(f"{cohort}/export", params={"by": "class"}).content
    assert pl.read_csv(file).columns[:2] == ["class", "WT_1"]


@pytest.mark.parametrize("measure", ["area", "mol_percent"])
def test_isomers_are_lines_of_the_matrix_and_add_up_to_their_species(
    client: httpx.Client, cohort: str, measure: str
) -> None:
    entered = {"standard": ["GM3(34:1;O2) = 5 for GM1, GM2, GM3, GD1"]}
    wanted: dict[str, Any] = {"measure": measure, "prefix": "GD1", "limit": 10_000, **entered}
    species, isomers = (
        get(client, f"{cohort}/matrix", by=by, **wanted)["species"] for by in ("species", "isomer")
    )
    assert {name[:4] for name in (row["species"] for row in isomers)} >= {"GD1a", "GD1b"}
    assert len(isomers) > len(species)
    sums = [sum(filter(None, (row["values"][0] for row in rows))) for rows in (species, isomers)]
    assert sums[0] == pytest.approx(sums[1])
    assert sums[0] > 0
    client.get("/login", params={"token": TOKEN})
    page = client.get(cohort.removeprefix("/api/v1"), params={"by": "isomer"}).text
    assert "Isomers by sample" in page
    assert ">GD1a(" in page


def test_a_sum_without_its_main_species_is_marked_and_in_no_test(
    client: httpx.Client, cohort: str
) -> None:
    matrix = get(client, f"{cohort}/matrix", by="class", measure="share")
    (gm1,) = (row for row in matrix["species"] if row["species"] == "GM1")
    assert gm1["incomplete"] == {LACKING: [MAIN_GM1]}
    place = matrix["samples"].index(LACKING)
    assert gm1["states"][place] == "incomplete"
    assert gm1["values"][place] < gm1["values"][0] / 2
    compared = get(client, f"{cohort}/comparison", one="WT", other="KO", by="class")["species"]
    (gm1,) = (each for each in compared if each["species"] == "GM1")
    assert (gm1["n_other"], gm1["incomplete_other"]) == (3, 1)
    assert abs(gm1["log2_fold_change"]) < 0.2
    samples = get(client, cohort)["samples"]
    assert {each["sample"] for each in samples if each["incomplete"].get("GM")} == {LACKING}
    file = client.get(f"{cohort}/export", params={"by": "class", "table": "incomplete"})
    written = pl.read_csv(file.content).filter(pl.col("class") == "GM1")
    assert written.select("sample", "missing_count", "missing").rows() == [(LACKING, 1, MAIN_GM1)]
    client.get("/login", params={"token": TOKEN})
    shown = client.get(cohort.removeprefix("/api/v1"), params={"by": "class"}).text
    assert f"without {MAIN_GM1}</td>" in shown
    assert "(1 incomplete left out)" in shown


def test_files_of_a_cohort_hold_what_the_api_says(client: httpx.Client, cohort: str) -> None:
    matrix = get(client, f"{cohort}/matrix", limit=10_000)
    answer = client.get(f"{cohort}/export")
    written = pl.read_csv(answer.content)
    assert written.columns == ["species", "prefix", *matrix["samples"]]
    assert written["species"].to_list() == [row["species"] for row in matrix["species"]]
    assert written["WT_1"].to_list() == pytest.approx(
        [row["values"][0] for row in matrix["species"]]
    )
    assert "mice" in answer.headers["Content-Disposition"]
    pair = {"one": "WT", "other": "KO"}
    book = client.get(f"{cohort}/export", params={"format": "xlsx", **pair}).content
    sheets = pl.read_excel(BytesIO(book), sheet_id=0)
    assert list(sheets) == [
        "matrix",
        "states",
        "samples",
        "groups",
        "incomplete",
        "comparison",
        "about",
    ]
    compared = client.get(f"{cohort}/export", params={"table": "comparison", **pair}).content
    assert pl.read_csv(compared).height == sheets["comparison"].height


@pytest.mark.parametrize(
    ("path", "query", "sentence"),
    [
        ("/matrix", {"measure": "mass"}, "There is no measure mass"),
        ("/matrix", {"measure": "pmol", "standard": "GM3 50"}, "is not the amount of a standard"),
        ("/matrix", {"by": "colour"}, "A line of the matrix is not a colour"),
        ("/comparison", {"measure": "call"}, "Groups are compared by numbers"),
        ("/comparison", {"one": "WT", "other": "XX"}, "There is no group 'XX'. The groups are: WT"),
        ("/comparison", {"one": "WT"}, "Name two groups, one and other. The groups are: WT, KO"),
        ("/comparison", {"one": "WT", "other": "WT"}, "Choose two different groups"),
        ("/export", {"table": "all"}, "There is no table all"),
        ("/export", {"format": "pdf"}, "There is no format pdf"),
    ],
)
def test_what_a_cohort_has_not_is_refused_with_a_sentence(
    client: httpx.Client, cohort: str, path: str, query: dict[str, str], sentence: str
) -> None:
    answer = client.get(f"{cohort}{path}", params=query)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.json()["detail"]


def test_a_single_sample_is_no_cohort(client: httpx.Client) -> None:
    job = submit(client, SMALL)
    finished(client, job)
    answer = client.get(f"/api/v1/jobs/{job}/cohort")
    assert answer.status_code == httpx.codes.CONFLICT
    assert "This table has one sample" in answer.json()["detail"]


def test_the_page_keeps_groups_and_says_what_cannot_be_compared(
    client: httpx.Client, cohort: str
) -> None:
    client.get("/login", params={"token": TOKEN})
    page = cohort.removeprefix("/api/v1")
    shown = client.get(page).text
    assert "KO compared with WT (reference)" in shown
    assert "No sample is a quality control (QC)" in shown
    assert "% of area as measured" in shown
    renamed = client.get(
        page, params={"group": [*["control"] * 3, *["KO"] * 4], "one": "WT", "other": "KO"}
    ).text
    assert "There is no group &#39;WT&#39; now, so KO is compared with control." in renamed
    assert "KO compared with control (reference)" in renamed
    named = client.get(
        page, params={"group": ["mine", "mine", "other"], "one": "WT", "other": "KO"}
    )
    assert named.is_success
    assert 'value="mine"' in named.text
    assert "There is no group &#39;WT&#39;" in named.text
    wrong = client.get(page, params={"measure": "pmol", "standard": "GM3 50"})
    assert wrong.status_code == httpx.codes.BAD_REQUEST
    assert "is not the amount of a standard" in wrong.text
    assert "There is no internal standard with an amount" in wrong.text
