"""How busy the workers were, what comes and goes, and the histogram of a step."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Histogram

from app.figures import Figures
from app.web.features.ops.forecast import _arrived, _busy_percent
from app.web.features.ops.step_times import STEPS, step_times


def figures(*, waiting: int = 0, running: int, places: int) -> Figures:
    return Figures(
        since=datetime.now(UTC),
        waiting=waiting,
        running=running,
        workers=1,
        places=places,
        redis_bytes=1,
        redis_clients=1,
        database_bytes=None,
        storage_bytes=None,
    )


def test_workers_are_as_busy_as_their_places_were_taken() -> None:
    noted = [
        figures(running=4, places=4),
        figures(running=0, places=4),
        figures(running=1, places=2),
    ]
    assert _busy_percent(noted) == 50.0
    assert _busy_percent([figures(running=0, places=0)]) is None
    assert _busy_percent([figures(running=5, places=4)]) == 100.0  # a worker was made smaller


def test_jobs_that_arrived_are_those_that_ended_and_those_that_were_added() -> None:
    noted = [figures(waiting=10, running=2, places=2)]
    assert _arrived(noted, now=15, ended=4) == 7
    assert _arrived(noted, now=0, ended=4) == 0  # the others were deleted
    assert _arrived([], now=1, ended=0) is None


def test_the_histogram_of_a_step_counts_each_run_once() -> None:
    registry = CollectorRegistry()
    seconds = Histogram(STEPS, "Steps.", ["step"], buckets=(0.1, 1.0), registry=registry)
    for step, took in (("saving", 0.5), ("rule 10", 0.05), ("rule 2", 0.05), ("rule 2", 7.0)):
        seconds.labels(step).observe(took)
    seconds.labels("reading")
    found = step_times(registry.collect())
    assert [each.step for each in found] == ["rule 2", "rule 10", "saving"]
    assert [(one.at_most_s, one.runs) for one in found[0].buckets] == [
        (0.1, 1),
        (1.0, 0),
        (None, 1),
    ]
    assert (found[0].median_s, found[0].most_s) == (0.1, None)
    assert found[0].mean_s == 3.525
