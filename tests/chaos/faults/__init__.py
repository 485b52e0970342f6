"""The faults, one file each: what may happen to a running installation; each starts and ends."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from tests.chaos.faults import (
    alerts_at_once,
    broker_killed,
    database_stopped,
    disk_full,
    queue_ordered,
    two_schedulers,
    web_killed,
    worker_hangs,
    worker_killed,
)
from tests.chaos.installation import Installation

Fault: TypeAlias = Callable[[Installation, Random], None]

FAULTS: dict[str, Fault] = {
    "worker killed": worker_killed.inject,
    "a worker hangs": worker_hangs.inject,
    "broker killed": broker_killed.inject,
    "web killed": web_killed.inject,
    "database stopped": database_stopped.inject,
    "disk full": disk_full.inject,
    "two schedulers": two_schedulers.inject,
    "queue paused, limited, ordered": queue_ordered.inject,
    "alerts from several sides": alerts_at_once.inject,
}
