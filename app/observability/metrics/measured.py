"""What each process counts of its own work; docs/metrics.md says what it means to an operator."""

from prometheus_client import CollectorRegistry, Counter, Histogram

# From what a person does not notice to what a proxy gives up on.
REQUEST_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# From an idle queue to one that has stood over night, and to the time limit of an analysis.
JOB_BUCKETS_S = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 14_400, 43_200)

# Not the library's own, which would add what each process says of itself.
REGISTRY = CollectorRegistry()

HTTP_REQUESTS = Counter(
    "sialoscope_http_requests",
    "Requests that were answered; - is a client that left before, or a path there is not.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "sialoscope_http_request_seconds",
    "Time to the end of an answer; of a stream to its head.",
    ["route"],
    buckets=REQUEST_BUCKETS_S,
    registry=REGISTRY,
)
SAVED_BYTES = Counter(
    "sialoscope_uploaded_bytes", "Bytes of tables that were stored.", registry=REGISTRY
)
EVENTS_RELAYED = Counter(
    "sialoscope_events_relayed", "Events handed to streams, once for each.", registry=REGISTRY
)
RESYNCS = Counter(
    "sialoscope_stream_resyncs",
    "Readings of a stream in Redis for followers that memory could not serve.",
    registry=REGISTRY,
)
JOB_WAIT_SECONDS = Histogram(
    "sialoscope_job_wait_seconds",
    "Time from the queue to a worker, for each attempt.",
    buckets=JOB_BUCKETS_S,
    registry=REGISTRY,
)
JOB_RUN_SECONDS = Histogram(
    "sialoscope_job_run_seconds",
    "Time of an attempt, by what became of it: succeeded, failed, cancelled or retried.",
    ["outcome"],
    buckets=JOB_BUCKETS_S,
    registry=REGISTRY,
)
LOST_LEASES = Counter(
    "sialoscope_lost_leases", "Jobs put back because their worker was lost.", registry=REGISTRY
)
