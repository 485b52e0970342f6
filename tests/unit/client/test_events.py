"""What a client makes of what it hears, so that it comes back to the right place."""

from httpx_sse import ServerSentEvent
from sialoscope_client.events import Listening

PROGRESS = '{"percentage": 5}'
END = '{"message": "Analysis complete."}'


def heard(event: str, data: str, event_id: str) -> ServerSentEvent:
    return ServerSentEvent(event=event, data=data, id=event_id, retry=None)


def test_an_id_without_data_is_where_to_resume_before_any_event() -> None:
    listening = Listening("/api/v1/events")
    assert listening.hear(heard("connected", "{}", "")) is None
    assert listening.hear(heard("message", "", "2000-0")) is None
    assert listening.headers()["Last-Event-ID"] == "2000-0"
    assert listening.hear(heard("progress", PROGRESS, "2000-1"))
    assert listening.headers()["Last-Event-ID"] == "2000-1"


def test_an_event_is_not_repeated_except_the_end() -> None:
    listening = Listening("/api/v1/jobs/a/events", "a")
    assert listening.hear(heard("progress", PROGRESS, "2000-0"))
    assert listening.hear(heard("progress", PROGRESS, "2000-0")) is None
    of_a_worker_whose_clock_is_late = heard("complete", END, "1999-1")
    event = listening.hear(of_a_worker_whose_clock_is_late)
    assert event is not None
    assert event.is_last
    assert listening.is_done
