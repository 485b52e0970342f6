"""Accounts from the command line: ``sialoscope user add | list | password | second-factor | ...``.

A password is asked for, or read from the first line of the standard input; never an argument, which
others on the machine could see.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from getpass import getpass
from pwd import getpwuid
from typing import Any, TypeAlias

from app.accounts.password_rule import PasswordError, require_good
from app.accounts.passwords import hashed
from app.accounts.security_emails import SecurityEmail, queue_security_email
from app.db.accounts.password_reset import reset_password
from app.db.accounts.second_factor import SecondFactorStore
from app.db.accounts.store import AccountError, AccountStore, require_name
from app.db.accounts.tables import Account
from app.db.engine.connect import kept_open
from app.db.engine.transaction import transaction
from app.db.jobs.store import JobStore
from app.db.migrate import migrate
from app.db.security.actor import Actor, acting
from app.db.security.trail import EventKind, record
from app.runtime.login_token import LOCAL_USER
from app.server.preflight import require_database
from app.settings import CannotStartError, Settings

Work: TypeAlias = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]


class UserCommandError(CannotStartError):
    """The command cannot be carried out; the text says why."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Describe the subcommands."""
    actions = command.add_subparsers(required=True, metavar="ACTION")
    for name, work, text in (
        ("add", _add, "Make an account."),
        ("list", _list, "List the accounts."),
        (
            "password",
            _set_password,
            "Set a password; sessions and API tokens of the account end.",
        ),
        ("disable", _disable, "Let an account log in no more; its sessions end."),
        ("enable", _enable, "Let an account log in again."),
        (
            "second-factor",
            _remove_second_factor,
            "Remove the second factor of an account that has lost it; its sessions end.",
        ),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(run=partial(_run, work))
        if work is not _list:
            action.add_argument("name", help="an e-mail address, or a name without spaces")
        if work is _remove_second_factor:
            action.add_argument("--off", action="store_true", required=True, help="remove it")
        if work is _add:
            action.add_argument("--admin", action="store_true", help="as an administrator")
            text = "give it the jobs from the time without accounts"
            action.add_argument("--with-local-jobs", action="store_true", help=text)


def _run(work: Work, arguments: argparse.Namespace) -> None:
    asyncio.run(_carry_out(work, arguments))


async def _carry_out(work: Work, arguments: argparse.Namespace) -> None:
    await require_database(Settings.from_environment())
    await migrate()
    async with kept_open():
        try:
            with acting(Actor(name=f"command line ({_system_user()})")):
                await work(arguments)
        except (AccountError, PasswordError) as error:
            raise UserCommandError(str(error)) from None


async def _add(arguments: argparse.Namespace) -> None:
    name = require_name(arguments.name)
    password = _password(name)
    role = "admin" if arguments.admin else "user"
    account = await AccountStore().add(name, await hashed(password), role=role)
    _say(f"Added {name} as {'an administrator' if arguments.admin else 'a user'}.")
    if arguments.with_local_jobs:
        async with transaction():
            count = await JobStore().hand_over(owner=LOCAL_USER, to=account.id)
            detail = {"from": LOCAL_USER, "jobs": count}
            await record(EventKind.JOBS_HANDED_OVER, about=account.id, detail=detail)
        _say(f"{count} jobs from the time without accounts belong to it now.")


async def _list(_: argparse.Namespace) -> None:
    with_second_factor = await SecondFactorStore().those_with()
    for account in await AccountStore().all():
        last = f"{account.last_login_at:%Y-%m-%d %H:%M}" if account.last_login_at else "never"
        state = "disabled" if account.disabled else "enabled"
        factor = "on" if account.id in with_second_factor else "off"
        told = (
            account.name,
            account.role,
            state,
            f"last login: {last}",
            f"second factor: {factor}",
        )
        _say("\t".join(told))


async def _set_password(arguments: argparse.Namespace) -> None:
    account = await _named(arguments.name)
    password = _password(account.name)
    await reset_password(account.id, await hashed(password))
    await _tell(account, SecurityEmail.PASSWORD_RESET)
    _say(f"The password of {account.name} is set; its sessions and API tokens have ended.")


async def _disable(arguments: argparse.Namespace) -> None:
    account = await _named(arguments.name)
    await AccountStore().disable(account.id)
    _say(f"{account.name} can log in no more.")


async def _enable(arguments: argparse.Namespace) -> None:
    account = await _named(arguments.name)
    await AccountStore().enable(account.id)
    _say(f"{account.name} can log in again.")


async def _remove_second_factor(arguments: argparse.Namespace) -> None:
    account = await _named(arguments.name)
    if not await SecondFactorStore().remove(account.id):
        raise UserCommandError(f"{account.name} has no second factor.")
    await _tell(account, SecurityEmail.SECOND_FACTOR_REMOVED)
    _say(f"The second factor of {account.name} is removed; its sessions have ended.")


async def _tell(account: Account, what: SecurityEmail) -> None:
    await queue_security_email(Settings.from_environment(), account, what)


async def _named(name: str) -> Account:
    account = await AccountStore().named(name)
    if account is None:
        raise UserCommandError(f"There is no account {name}; 'sialoscope user list' shows all.")
    return account


def _password(name: str) -> str:
    """The new password, typed twice by a person or sent as a line by a program."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass("New password: ")
        if getpass("The same again: ") != password:
            raise UserCommandError("The two passwords differ.")
    require_good(password, name=name)
    return password


def _system_user() -> str:
    """The user of the machine who runs the command; the number where it has no name."""
    with suppress(KeyError):
        return getpwuid(os.getuid()).pw_name
    return str(os.getuid())


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the answer of the command
