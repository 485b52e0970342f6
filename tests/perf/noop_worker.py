"""A worker as ``sialoscope worker`` starts it, but for analyses that analyze nothing."""

from app.commands.serve import run_worker
from workers.main import broker as broker
from workers.main import processes

processes.module = "tests.perf.noop_analysis"

if __name__ == "__main__":
    run_worker("tests.perf.noop_worker:broker")
