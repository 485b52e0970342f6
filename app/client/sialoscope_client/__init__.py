"""A client of Sialoscope: submit peak tables, follow their jobs, and read the results.

    from sialoscope_client import Sialoscope

    with Sialoscope("http://127.0.0.1:8765", token) as sialoscope:
        job = sialoscope.submit("peaks.csv", rt_tolerance=0.2)
        sialoscope.wait(job)
        print(sialoscope.rows(job, call="outlier"))

``AsyncSialoscope`` has the same methods to await.
"""

from sialoscope_client.asynchronous.client import AsyncSialoscope
from sialoscope_client.calls.administration_calls import Account, Quotas
from sialoscope_client.calls.alert_calls import Alert, Alerts
from sialoscope_client.calls.dashboard_calls import StreamToken
from sialoscope_client.calls.queue_calls import BulkAction, Queue, SavedView
from sialoscope_client.calls.review_calls import Review, ReviewRow
from sialoscope_client.errors import (
    JobEndedError,
    LoginError,
    NotFoundError,
    RefusedError,
    SialoscopeError,
    TooBusyError,
    TooEarlyError,
    UnreachableError,
)
from sialoscope_client.events import Event
from sialoscope_client.jobs import Attempt, Batch, Job, JobList, MeasuredStep, MovedCall, Refused
from sialoscope_client.moves import Moves
from sialoscope_client.notebook.residual_plot import Plot
from sialoscope_client.synchronous.client import Sialoscope
from sialoscope_client.webhooks import SignatureError, verify

__all__ = [
    "Account",
    "Alert",
    "Alerts",
    "AsyncSialoscope",
    "Attempt",
    "Batch",
    "BulkAction",
    "Event",
    "Job",
    "JobEndedError",
    "JobList",
    "LoginError",
    "MeasuredStep",
    "MovedCall",
    "Moves",
    "NotFoundError",
    "Plot",
    "Queue",
    "Quotas",
    "Refused",
    "RefusedError",
    "Review",
    "ReviewRow",
    "SavedView",
    "Sialoscope",
    "SialoscopeError",
    "SignatureError",
    "StreamToken",
    "TooBusyError",
    "TooEarlyError",
    "UnreachableError",
    "verify",
]
