"""Keep modules out of a process that libraries import at their top and never use here.

``taskiq`` imports the HTTP client aiohttp for its admin page and ZeroMQ for another broker, Piccolo
the formatter black for new migrations, and redis-py the metrics of OpenTelemetry. The first and the
third were a quarter of the start of a worker (docs/adr/0056), and the others cost each process 5 MB
(docs/adr/0120). A placeholder stands for such a module, and loads it if an attribute is read after
all.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# The modules with the attributes that their importers read at once and never use.
LATE: dict[str, dict[str, Any]] = {
    "black": {},
    "opentelemetry.sdk.metrics": {"MeterProvider": object},
    "taskiq.brokers.zmq_broker": {"ZeroMQBroker": object},
    "taskiq.middlewares.taskiq_admin_middleware": {"TaskiqAdminMiddleware": object},
}


class _LateModule(ModuleType):
    """The placeholder of a module that is not loaded yet."""

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module has
        if attribute.startswith("__"):  # Python looks for these in every module
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


def load_late() -> None:
    """Let placeholders stand for the modules that are not loaded yet."""
    for name, attributes in LATE.items():
        placeholder = _LateModule(name)
        vars(placeholder).update(attributes)
        sys.modules.setdefault(name, placeholder)


def load_masked_arrays_late() -> None:
    """Let a placeholder stand for the masked arrays of numpy, if they are not loaded yet.

    Polars asks of each array that becomes a series whether it is masked, as ``np.unique`` does of
    its argument. Loading what answers takes a twentieth of the time of a short command
    (docs/adr/0155), and no array is masked until then.
    """
    import numpy as np

    if "numpy.ma" in sys.modules:
        return
    placeholder = _LateModule("numpy.ma")
    no_mask = np.False_
    vars(placeholder).update(
        getdata=np.asanyarray,
        getmask=lambda _: no_mask,
        is_masked=lambda _: False,
        nomask=no_mask,
    )
    sys.modules["numpy.ma"] = vars(np)["ma"] = placeholder
