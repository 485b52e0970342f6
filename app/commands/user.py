"""``sialoscope user``: manage accounts from the command line.

The command prompts for a password or reads it from the first line of standard input. A password is
never an argument, because all users of the machine can see the arguments.
"""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from app.accounts.password_rule import PasswordError
from app.accounts.passwords import hashed
from app.accounts.security_emails import SecurityEmail, queue_security_email
from app.commands.person import new_password, system_user
from app.db.accounts.errors import AccountError
from app.db.accounts.identities import Subject, link
from app.db.accounts.names import require_new_name
from app.db.accounts.password_reset import reset_password
from app.db.accounts.roles import ADMIN, ROLES, USER, VIEWER
from app.db.accounts.second_factor import SecondFactorStore
from app.db.accounts.store import AccountStore
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

NAMES = {USER: "a user", VIEWER: "a viewer", ADMIN: "an administrator"}

Work: TypeAlias = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]


DESCRIPTION = """\
Manage accounts. The command asks for a password, or reads it from the first line of standard
input. A password is never an argument, because all users of the machine can see the arguments.
"""


class UserCommandError(CannotStartError):
    """The command failed; the text says why."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the subcommands and their arguments."""
    command.description = DESCRIPTION
    actions = command.add_subparsers(required=True, metavar="ACTION")
    _add_adding(actions)
    _add_action(actions, "list", _list, "List the accounts.", takes_name=False)
    text = "Set a password; this ends the account's sessions and API tokens."
    _add_action(actions, "password", _set_password, text)
    _add_action(actions, "disable", _disable, "Disable an account; this ends its sessions.")
    _add_action(actions, "enable", _enable, "Enable a disabled account again.")
    role = _add_action(actions, "role", _set_role, "Give an account another role.")
    role.add_argument(
        "role", choices=ROLES, help="a viewer sees what an administrator sees, and changes nothing"
    )
    text = "Let a user of the OpenID provider log in to an account, and to no other."
    linked = _add_action(actions, "link", _link, text)
    linked.add_argument("subject", help="the user's id at the provider (the claim sub)")
    text = "Remove the second factor of an account that lost it; this ends its sessions."
    factor = _add_action(actions, "second-factor", _remove_second_factor, text)
    factor.add_argument("--off", action="store_true", required=True, help="remove it")


def _add_adding(actions: Any) -> None:  # noqa: ANN401 - argparse's own class is private
    add = _add_action(actions, "add", _add, "Make an account.")
    as_role = add.add_mutually_exclusive_group()
    as_role.add_argument(
        "--admin", dest="role", action="store_const", const=ADMIN, help="as an administrator"
    )
    text = "as a viewer, who sees what an administrator sees and changes nothing"
    as_role.add_argument("--viewer", dest="role", action="store_const", const=VIEWER, help=text)
    text = "give it the jobs from before there were accounts"
    add.add_argument("--with-local-jobs", action="store_true", help=text)


def _add_action(
    actions: Any,  # noqa: ANN401 - argparse's own class is private
    name: str,
    work: Work,
    text: str,
    *,
    takes_name: bool = True,
) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    action.set_defaults(run=partial(_run, work))
    if takes_name:
        action.add_argument("name", help="an e-mail address, or a name without spaces")
    return action


def _run(work: Work, arguments: argparse.Namespace) -> None:
    asyncio.run(_run_async(work, arguments))


async def _run_async(work: Work, arguments: argparse.Namespace) -> None:
    await require_database(Settings.from_environment())
    await migrate()
    async with kept_open():
        try:
            with acting(Actor(name=f"command line ({system_user()})")):
                await work(arguments)
        except (AccountError, PasswordError) as error:
            raise UserCommandError(str(error)) from None


async def _add(arguments: argparse.Namespace) -> None:
    name = require_new_name(arguments.name)
    password = new_password(name)
    role = arguments.role or USER
    account = await AccountStore().add(name, await hashed(password), role=role)
    _print(f"Added {name} as {NAMES[role]}.")
    if arguments.with_local_jobs:
        async with transaction():
            count = await JobStore().hand_over(owner=LOCAL_USER, to=account.id)
            detail = {"from": LOCAL_USER, "jobs": count}
            await record(EventKind.JOBS_HANDED_OVER, about=account.id, detail=detail)
        _print(f"It now owns the {count} jobs from before there were accounts.")


async def _list(_: argparse.Namespace) -> None:
    with_second_factor = await SecondFactorStore().accounts_with_second_factor()
    for account in await AccountStore().all():
        last = f"{account.last_login_at:%Y-%m-%d %H:%M}" if account.last_login_at else "never"
        state = "disabled" if account.disabled else "enabled"
        factor = "on" if account.id in with_second_factor else "off"
        columns = (
            account.name,
            account.role,
            state,
            f"last login: {last}",
            f"second factor: {factor}",
        )
        _print("\t".join(columns))


async def _set_role(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    await AccountStore().set_role(account.id, arguments.role)
    _print(f"{account.name} is now {NAMES[arguments.role]}.")


async def _link(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    issuer = Settings.from_environment().oidc_issuer
    if not issuer:
        raise UserCommandError("There is no provider: SIALOSCOPE_OIDC_ISSUER is not set.")
    await link(account, Subject(issuer, arguments.subject))
    _print(f"{account.name} can now sign in as {arguments.subject} of {issuer}.")


async def _set_password(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    password = new_password(account.name)
    await reset_password(account.id, await hashed(password))
    await _notify(account, SecurityEmail.PASSWORD_RESET)
    _print(f"The password of {account.name} is set; its sessions and API tokens have ended.")


async def _disable(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    await AccountStore().disable(account.id)
    _print(f"{account.name} can no longer log in.")


async def _enable(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    await AccountStore().enable(account.id)
    _print(f"{account.name} can log in again.")


async def _remove_second_factor(arguments: argparse.Namespace) -> None:
    account = await _account_by_name(arguments.name)
    if not await SecondFactorStore().remove(account.id):
        raise UserCommandError(f"{account.name} has no second factor.")
    await _notify(account, SecurityEmail.SECOND_FACTOR_REMOVED)
    _print(f"The second factor of {account.name} is removed; its sessions have ended.")


async def _notify(account: Account, what: SecurityEmail) -> None:
    await queue_security_email(Settings.from_environment(), account, what)


async def _account_by_name(name: str) -> Account:
    account = await AccountStore().named(name)
    if account is None:
        raise UserCommandError(
            f"There is no account {name}; 'sialoscope user list' shows all accounts."
        )
    return account


def _print(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the answer of the command
