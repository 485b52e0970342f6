"""The metrics that each process counts; docs/metrics.md explains them to operators."""

from prometheus_client import CollectorRegistry, Counter, Histogram

# From a time that nobody notices to one after which a proxy gives up.
REQUEST_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# From an idle queue, over the time limit of an analysis, to a queue that waited all night.
JOB_BUCKETS_S = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 14_400, 43_200)
# From the quickest rule on a small table to the slowest on millions of rows.
STEP_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)

# Not the library's default registry, which adds metrics of the process and of Python.
REGISTRY = CollectorRegistry()

HTTP_REQUESTS = Counter(
    "sialoscope_http_requests",
    "Answered requests; - is a client that left before the answer, or an unknown path.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "sialoscope_http_request_seconds",
    "Time until the end of an answer; for a stream until its head.",
    ["route"],
    buckets=REQUEST_BUCKETS_S,
    registry=REGISTRY,
)
SAVED_BYTES = Counter(
    "sialoscope_uploaded_bytes", "Bytes of tables that were stored.", registry=REGISTRY
)
EVENTS_RELAYED = Counter(
    "sialoscope_events_relayed", "Events sent to streams, once per stream.", registry=REGISTRY
)
RESYNCS = Counter(
    "sialoscope_stream_resyncs",
    "Reads of a stream in Redis for followers that memory could not serve.",
    registry=REGISTRY,
)
JOB_WAIT_SECONDS = Histogram(
    "sialoscope_job_wait_seconds",
    "Time in the queue before an attempt starts.",
    buckets=JOB_BUCKETS_S,
    registry=REGISTRY,
)
JOB_RUN_SECONDS = Histogram(
    "sialoscope_job_run_seconds",
    "Time of an attempt by its outcome: succeeded, failed, cancelled or retried.",
    ["outcome"],
    buckets=JOB_BUCKETS_S,
    registry=REGISTRY,
)
STEP_SECONDS = Histogram(
    "sialoscope_step_seconds",
    "Time of a step of an analysis: reading, preparing, each rule, reporting, saving.",
    ["step"],
    buckets=STEP_BUCKETS_S,
    registry=REGISTRY,
)
LOST_LEASES = Counter(
    "sialoscope_lost_leases",
    "Jobs returned to the queue because their worker was lost.",
    registry=REGISTRY,
)
