"""The progress panel says what a job does now."""

import pytest
from litestar import Litestar

from app.contract.events import (
    AnyEvent,
    CallsMoved,
    Cancelled,
    Complete,
    Failed,
    MovedCalls,
    Snapshot,
    entered,
)
from app.contract.tasks import Step
from app.web.streaming.moved_rows import SHOWN
from app.web.streaming.progress_panel import ProgressPanel
from app.web.templating.engine import template_config

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


def moved(*rows: int, total: int, is_provisional: bool = True) -> CallsMoved:
    return CallsMoved(
        before="first",
        attempt=1,
        total=total,
        cause="This anchor",
        sentence="",
        is_provisional=is_provisional,
        changes=[MovedCalls(before="true", after="outlier", rows=list(rows))],
    )


def rendered(*events: AnyEvent) -> str:
    panel = ProgressPanel(Litestar(template_config=template_config()))
    for event in events:
        panel.apply(event)
    return panel.render()


def test_what_a_refit_moves_is_provisional_until_the_job_has_succeeded() -> None:
    running = rendered(entered(Step.RULES, "Rule 1."), moved(7, total=1))
    assert "This anchor moved 1 assignment so far." in running
    assert "Provisional" in running
    end = Complete(success=True, redirect_url="/jobs/second/result", message="Done.")
    # Its last event of moves is final, but the worker can still be lost before the job ends.
    final = moved(total=1, is_provisional=False)
    assert "Provisional" in rendered(entered(Step.SAVING, "Saving."), moved(7, total=1), final)
    done = rendered(entered(Step.SAVING, "Saving."), moved(7, total=1), final, end)
    assert "This anchor moved 1 assignment." in done
    assert "Provisional" not in done


@pytest.mark.parametrize("end", [Failed(message="No.", error="X"), Cancelled(message="No.")])
def test_a_refit_without_a_result_has_moved_nothing(end: AnyEvent) -> None:
    panel = rendered(entered(Step.RULES, "Rule 1."), moved(7, total=1), end)
    assert "no assignment moved" in panel
    assert "This anchor" not in panel


def test_another_attempt_shows_no_moves_of_the_last_one() -> None:
    again = entered(Step.LOADING, "Reading the peak table.")
    assert "This anchor" not in rendered(again, moved(7, total=1), again)


def test_the_panel_names_the_first_rows_and_counts_the_others() -> None:
    panel = rendered(entered(Step.RULES, "Rule 1."), moved(*range(1, 101), total=1100))
    assert panel.count("/jobs/first/result?row=") == SHOWN
    assert "1,080 more" in panel
