"""The notebook of the documentation runs, and shows a bar, a table and a plot without widgets."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from tests.servers import TOKEN, Sialoscope

NOTEBOOK = Path(__file__).parents[3] / "docs" / "notebook.ipynb"
SECONDS_A_CELL = 120


class Recorder(NotebookClient):
    """Runs a notebook, and keeps what its cells display and how they change it."""

    def __init__(self, notebook: Any) -> None:  # noqa: ANN401
        # Over sockets of files, which no other user of the machine can open.
        by_files = Config({"KernelManager": {"transport": "ipc"}})
        super().__init__(notebook, timeout=SECONDS_A_CELL, kernel_name="python3", config=by_files)
        self.displayed: list[dict[str, Any]] = []

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:  # noqa: ANN401
        if msg["msg_type"] in ("display_data", "update_display_data"):
            self.displayed.append(msg["content"])
        return super().process_message(msg, cell, cell_index)


def _notebook() -> Any:  # noqa: ANN401
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]


@pytest.fixture
def ran(server: Sialoscope, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recorder:
    monkeypatch.setenv("SIALOSCOPE_URL", server.url)
    monkeypatch.setenv("SIALOSCOPE_TOKEN", TOKEN)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    recorder = Recorder(_notebook())
    recorder.execute()
    return recorder


def _results(ran: Recorder, kind: str) -> list[str]:
    outputs = [each for cell in ran.nb.cells for each in cell.get("outputs", [])]
    results = [each.data for each in outputs if each.output_type == "execute_result"]
    return [str(data[kind]) for data in results if kind in data]


def test_the_notebook_of_the_documentation_shows_a_job_from_its_bar_to_its_plot(
    ran: Recorder,
) -> None:
    bars = [each["data"]["text/html"] for each in ran.displayed]
    assert len(bars) > 1, "The bar did not move."
    assert len({each["transient"]["display_id"] for each in ran.displayed}) == 1, "It is one bar."
    assert 'value="100"' in bars[-1]
    assert "peaks.parquet" in bars[-1]
    job, rows = _results(ran, "text/html")
    assert "<caption>peaks.parquet</caption>" in job
    assert "<td>succeeded</td>" in job
    assert "GM3(42:2;O2)" in rows
    assert "<script" not in job + rows + "".join(bars)
    (plot,) = _results(ran, "image/svg+xml")
    marks = ElementTree.fromstring(plot).findall("{http://www.w3.org/2000/svg}circle")  # noqa: S314
    assert len(marks) > 6, "One mark a row, and those of the legend."


def test_the_notebook_is_stored_without_results_and_secrets() -> None:
    notebook = _notebook()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert "token" not in "".join(cell.source for cell in code)
