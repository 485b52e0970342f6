"""The progress panel says what a job does now."""

from litestar import Litestar

from app.contract.events import Snapshot
from app.web.streaming.progress_panel import ProgressPanel

CLAIMED = {
    "status": "running",
    "step": "queued",
    "percentage": 0,
    "message": "",
    "queue_position": None,
    "estimated_wait_s": None,
    "queue_paused": False,
    "started_at": None,
    "finished_at": None,
}


def test_a_job_that_runs_waits_for_no_worker() -> None:
    panel = ProgressPanel(Litestar())
    assert panel.message == "Waiting for a worker."
    panel.apply(Snapshot(job=CLAIMED))
    assert (panel.state, panel.message) == ("running", "The analysis is starting.")
    panel.apply(Snapshot(job=CLAIMED | {"message": "Reading the table."}))
    assert panel.message == "Reading the table."
