"""The checks in their order. To add one, add a module to this folder, import it and list it."""

from app.commands.doctor.checks import (
    accounts,
    clock,
    database,
    disk,
    files,
    mail,
    memory,
    ports,
    processes,
    proxy,
    redis,
    schema,
    settings,
    sign_on,
    storage,
    versions,
)
from app.commands.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    versions.check,
    settings.check,
    files.check,
    disk.check,
    memory.check,
    database.check,
    schema.check,
    accounts.check,
    redis.check,
    clock.check,
    storage.check,
    mail.check,
    sign_on.check,
    ports.check,
    processes.check,
    proxy.check,
)
