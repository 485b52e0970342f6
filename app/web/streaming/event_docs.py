"""The OpenAPI description of event streams, with an example of each on the wire."""

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

EVENT_STREAM = "text/event-stream"

EACH_EVENT = {
    "type": "object",
    "description": "An event of the stream.",
    "properties": {
        "id": {"type": "string", "description": "Send it as Last-Event-ID."},
        "event": {
            "type": "string",
            "description": "connected, snapshot, progress, log, rule, changes, complete, error, "
            "cancelled or watchers; ignore any other.",
        },
        "data": {"type": "string", "description": "A JSON object; see docs/api.md."},
        "retry": {"type": "integer", "description": "Milliseconds before a reconnection."},
    },
    "required": ["event", "data"],
}
EVENTS_OF_ONE = """\
event: connected
data: {"type":"connected","job_id":"5f0c2a7be1d94c6f8a3d17b2c9e04f61"}
retry: 3000

id: 1795563000123-0
event: progress
data: {"type":"progress","message":"Reading the peak table.","percentage":5,\
"current_step":"loading","timestamp":"2026-11-24T23:30:00.120+00:00"}

id: 1795563000301-0
event: log
data: {"type":"log","level":"info","message":"Rule 1, Retention model: 310 fits, 13 misses.",\
"logger":"app.analysis.pipeline","rule":1,"timestamp":"2026-11-24T23:30:00.298+00:00"}

id: 1795563000402-0
event: changes
data: {"type":"changes","before":"c81d0e5a9f7344d2b6e1f0a35d28c794","attempt":1,"total":3,\
"cause":"This anchor","sentence":"This anchor moved 3 calls so far.","is_provisional":true,\
"changes":[{"before":"outlier","after":"true","rows":[17,4,9]}],"left_out":0}

id: 1795563000587-0
event: complete
data: {"type":"complete","success":true,\
"redirect_url":"/jobs/5f0c2a7be1d94c6f8a3d17b2c9e04f61/result",\
"message":"Analysis complete: 323 rows have their assignments."}

"""
BULK_EVENTS = """\
event: progress
data: {"id":"c81d0e5a9f7344d2b6e1f0a35d28c794","action":"cancel","state":"running",\
"total":10000,"processed":3120,"done":3118,"refused":2}
retry: 3000

event: ended
data: {"id":"c81d0e5a9f7344d2b6e1f0a35d28c794","action":"cancel","state":"ended",\
"total":10000,"processed":10000,"done":9997,"refused":3}
retry: 3000

"""
REVIEW_EVENTS = """\
event: progress
data: {"id":"c81d0e5a9f7344d2b6e1f0a35d28c794","rows":323,"closed_at":null,\
"reviewers":[{"name":"bob@lab.example","judged":120,"could_see":false},\
{"name":"carol@lab.example","judged":97,"could_see":false}]}
retry: 3000

event: ended
data: {"id":"c81d0e5a9f7344d2b6e1f0a35d28c794","rows":323,"closed_at":"2026-11-24T23:30:00Z",\
"conflicts":12,"undecided":12}
retry: 3000

"""
EVENTS_OF_ALL = """\
event: connected
data: {"type":"connected","job_id":null}
retry: 3000

event: snapshot
data: {"type":"snapshot","job":{"id":"5f0c2a7be1d94c6f8a3d17b2c9e04f61","status":"running",\
"percentage":40},"job_id":"5f0c2a7be1d94c6f8a3d17b2c9e04f61"}

id: 1795562998407-0

id: 1795563000123-0
event: progress
data: {"type":"progress","message":"Waiting for a worker.","percentage":0,\
"current_step":"queued","timestamp":"2026-11-24T23:30:00.120+00:00",\
"job_id":"c81d0e5a9f7344d2b6e1f0a35d28c794"}

: quiet

"""

OVERVIEWS = """\
event: overview
data: {"counts":{"queued":2,"running":1,"succeeded":40,"failed":1,"cancelled":0},\
"last_results":[{"id":"5f0c2a7be1d94c6f8a3d17b2c9e04f61","file_name":"plasma.csv",\
"status":"succeeded","finished_at":"2026-11-24T23:30:00.587Z","rows":323,\
"counts":{"true":160,"fragment":70,"outlier":88,"ambiguous":5,"invalid":0},\
"assignments":"160 confirmed, 70 in-source fragment, 88 not confirmed, 5 ambiguous"}]}
retry: 3000

"""

HAS_ENDED = {204: ResponseSpec(None, description="The client has already seen the job's end.")}


def described(meaning: str, example: str) -> dict[int, ResponseSpec]:
    """The OpenAPI response of an event stream."""
    shown = Example(summary=meaning, value=example)
    return {
        200: ResponseSpec(
            str,
            description=f"{meaning} A quiet stream sends a comment every 15 s.",
            media_type=EVENT_STREAM,
            generate_examples=False,
            examples=[shown],
        )
    }
