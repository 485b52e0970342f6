"""The handlers of health, metrics and probes."""

from app.web.features.monitoring import health, metrics, probes

HANDLERS = [*health.HANDLERS, *metrics.HANDLERS, *probes.HANDLERS]
