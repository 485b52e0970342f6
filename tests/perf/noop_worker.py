"""A worker as ``sialoscope worker`` starts it, but for analyses that analyze nothing.

Run with this folder on the path of Python: the package ``tests`` removes the settings of its
environment when it is imported.
"""

from app.commands.serve import run_worker
from workers.main import broker as broker
from workers.main import processes

processes.module = "noop_analysis"

if __name__ == "__main__":
    run_worker("noop_worker:broker")
