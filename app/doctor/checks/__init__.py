"""The checks in their order; a further one is a file of this folder, its import and its entry."""

from app.doctor.checks import (
    clock,
    database,
    disk,
    files,
    mail,
    ports,
    processes,
    proxy,
    redis,
    schema,
    settings,
    storage,
    versions,
)
from app.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    versions.check,
    settings.check,
    files.check,
    disk.check,
    database.check,
    schema.check,
    redis.check,
    clock.check,
    storage.check,
    mail.check,
    ports.check,
    processes.check,
    proxy.check,
)
