"""OpenTelemetry spans of requests, attempts and rules, if an operator turns them on.

Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` nothing is recorded and OpenTelemetry is not loaded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from app.settings import CannotStartError, Settings

MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed. Install "
    "sialoscope[otel], or unset it."
)


class _Tracing:
    """The tracer of this process, or None without tracing."""

    provider: Any = None
    tracer: Any = None


def require(settings: Settings) -> None:
    """Make sure that spans can be recorded if the settings ask for them.

    Raises:
        CannotStartError: OpenTelemetry is not installed.
    """
    if settings.is_traced and not find_spec("opentelemetry"):
        raise CannotStartError(MISSING)


def set_up(settings: Settings, part: str) -> None:
    """Send the spans of this process (its ``part``, such as web) to the configured endpoint."""
    if not settings.is_traced:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "sialoscope", "sialoscope.part": part})
    _Tracing.provider = TracerProvider(resource=resource)
    _Tracing.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _Tracing.tracer = _Tracing.provider.get_tracer("sialoscope")


def shut_down() -> None:
    """Send the remaining spans."""
    if _Tracing.provider:
        _Tracing.provider.shutdown()


@contextmanager
def span(name: str) -> Iterator[dict[str, str]]:
    """Record the ``with`` body as a span; the entries of the yielded dict become attributes."""
    attributes: dict[str, str] = {}
    if _Tracing.tracer is None:
        yield attributes
        return
    with _Tracing.tracer.start_as_current_span(name) as recorded:
        try:
            yield attributes
        finally:
            recorded.set_attributes(attributes)


def record(name: str, *, began_ns: int, **attributes: str | int) -> None:
    """Record a span from ``began_ns`` (``time.time_ns()``) until now, within the current one."""
    if _Tracing.tracer:
        _Tracing.tracer.start_span(name, start_time=began_ns, attributes=attributes).end()
