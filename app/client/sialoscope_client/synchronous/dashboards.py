"""The methods of the synchronous client about stream tokens."""

from typing import TypeVar

from sialoscope_client.calls import dashboard_calls
from sialoscope_client.calls.call import Call
from sialoscope_client.calls.dashboard_calls import Opens, StreamToken

T = TypeVar("T")


class DashboardMethods:
    """What a client does for dashboards on other sites; ``_run`` makes a call."""

    def _run(self, call: Call[T]) -> T:
        raise NotImplementedError

    def make_stream_token(self, opens: Opens, what: str = "", *, minutes: int = 60) -> StreamToken:
        """Make a token that opens the streams of a job, of a tag or of all your jobs."""
        return self._run(dashboard_calls.make_stream_token(opens, what, minutes))

    def stream_tokens(self) -> list[StreamToken]:
        """List your stream tokens that are valid now."""
        return self._run(dashboard_calls.stream_tokens()).stream_tokens

    def revoke_stream_token(self, token: StreamToken | str) -> None:
        """Revoke a stream token; the streams that it opened end within seconds."""
        self._run(dashboard_calls.revoke_stream_token(token))
