"""The names of the tasks for workers, the queue, and the states and steps of a job."""

from enum import StrEnum

QUEUE = "sialoscope:tasks"
ANALYZE = "analyze"
RUN_SCHEDULED = "run_scheduled"
SWEEP = "sweep"
MEASURE = "measure"
SEND_EMAILS = "send_letters"
SEND_NOTIFICATIONS = "tell_people"
PROBE = "probe"


class JobState(StrEnum):
    """The state of a job. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class Step(StrEnum):
    """The steps of an analysis, in order."""

    QUEUED = "queued"
    LOADING = "loading"
    PREPROCESSING = "preprocessing"
    RULES = "rules"
    SAVING = "saving"
    COMPLETE = "complete"


# The percentage of the progress bar at which each step starts; the rules end at RULES_END.
PERCENTAGE = {
    Step.QUEUED: 0,
    Step.LOADING: 5,
    Step.PREPROCESSING: 10,
    Step.RULES: 20,
    Step.SAVING: 90,
    Step.COMPLETE: 100,
}
RULES_END = 85


def percentage_after_rule(done: int, of: int) -> int:
    """Return the progress in percent after ``done`` of ``of`` rules."""
    return PERCENTAGE[Step.RULES] + (RULES_END - PERCENTAGE[Step.RULES]) * done // of
