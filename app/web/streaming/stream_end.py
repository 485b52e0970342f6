"""The reasons why the web process ends a stream, in the words of its log."""

WEB_STOPS = "this web process stops, and the client reconnects"
GONE = "what it showed was deleted, or the user may see it no more"
LOST_ACCESS = "the user lost access, because {}"


class StreamEnd(Exception):  # noqa: N818
    """Ends a stream after its last message; the text says why, for the log."""
