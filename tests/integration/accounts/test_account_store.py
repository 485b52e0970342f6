"""What the stores of accounts, links, tokens, shares and letters promise, on both databases."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.db.accounts.errors import AccountError, AccountNotFoundError
from app.db.accounts.links import INVITATION, RESET, LinkError, LinkStore
from app.db.accounts.store import AccountStore
from app.db.accounts.tables import Account, AccountLink, ApiToken, Email
from app.db.accounts.tokens import TokenError, TokenNotFoundError, TokenStore
from app.db.jobs.errors import JobNotFoundError
from app.db.jobs.history.audit import trail_of
from app.db.jobs.sharing.permission import May, NotPermittedError, permitted
from app.db.jobs.sharing.shared_jobs import shared_with
from app.db.jobs.sharing.shares import ShareError, forget_shares, share, shares_of, unshare
from app.db.jobs.store import JobStore
from app.db.notifications.email_outbox import (
    PAUSES_S,
    add_email,
    claim_email,
    note_failure,
    note_sent,
)
from tests.stored_jobs import a_job, a_version

pytestmark = pytest.mark.usefixtures("database")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_names_differ_by_more_than_case() -> None:
    async def work() -> None:
        accounts = AccountStore()
        ada = await accounts.add("Ada@Lab.example", "x")
        for same in ("ada@lab.EXAMPLE", " Ada@Lab.example "):
            with pytest.raises(AccountError, match="account with this name"):
                await accounts.add(same, "x")
            found = await accounts.named(same)
            assert found
            assert (found.id, found.name, found.role) == (ada.id, "Ada@Lab.example", "user")
        for none in ("", "two words", "x" * 255, "a\nb"):
            with pytest.raises(AccountError, match="e-mail address or a word"):
                await accounts.add(none, "x")
        assert await accounts.names({ada.id, "local"}) == {ada.id: "Ada@Lab.example"}

    run(work())


def test_somebody_can_always_let_users_in() -> None:
    async def work() -> None:
        accounts = AccountStore()
        admins = [await accounts.add(f"admin{n}", "x", role="admin") for n in range(4)]
        user = await accounts.add("user", "x")
        ways = (accounts.disable, accounts.delete, lambda it: accounts.set_role(it, "user"))
        changes = [ways[n % 3](admin.id) for n, admin in enumerate(admins)]
        done = await asyncio.gather(*changes, return_exceptions=True)
        refused = [each for each in done if each is not None]
        assert [type(each) for each in refused] == [AccountError]
        assert "last administrator" in str(refused[0])
        assert await accounts.has_admin()
        await accounts.disable(user.id)
        await accounts.delete(user.id)
        with pytest.raises(AccountNotFoundError):
            await accounts.delete(user.id)
        with pytest.raises(AccountError, match="no role chief"):
            await accounts.set_role(admins[0].id, "chief")

    run(work())


def test_a_new_password_ends_all_sessions() -> None:
    async def work() -> None:
        accounts = AccountStore()
        account = await accounts.add("ada", "old")
        await accounts.rehash(account, "the same by other parameters")
        assert (await accounts.get(account.id)).generation == 0
        await accounts.set_password(account.id, "new")
        await accounts.rehash(account, "late")
        await accounts.end_sessions(account.id)
        now = await accounts.get(account.id)
        assert (now.generation, now.password_hash) == (2, "new")

    run(work())


@pytest.mark.parametrize("purpose", [RESET, INVITATION])
def test_a_link_works_once_while_it_is_young_and_the_latest(purpose: str) -> None:
    async def work() -> None:
        links = LinkStore()
        ada = await AccountStore().add("ada", "x")

        async def make() -> str:
            if purpose == RESET:
                return (await links.reset(ada, by="root")).secret
            return (await links.invite("bob", "user", by="root")).secret

        replaced, secret = await make(), await make()
        assert secret not in str(await AccountLink.select())
        with pytest.raises(LinkError, match="replaced by a newer"):
            await links.find(replaced, purpose)
        with pytest.raises(LinkError):
            await links.find(secret, INVITATION if purpose == RESET else RESET)
        assert (await links.find(secret, purpose)).name
        tries = [links.use(secret, purpose) for _ in range(8)]
        used = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(each, AccountLink) for each in used) == 1
        late = await make()
        past = datetime.now(UTC) - timedelta(seconds=1)
        await AccountLink.update({AccountLink.expires_at: past}, force=True)
        with pytest.raises(LinkError):
            await links.use(late, purpose)
        await links.forget_old()
        assert await AccountLink.count() == 0

    run(work())


@pytest.mark.parametrize("way", ["disabled", "demoted", "removed"])
def test_a_former_administrator_cannot_return_by_their_own_links(way: str) -> None:
    async def work() -> None:
        accounts, links = AccountStore(), LinkStore()
        root = await accounts.add("root", "x", role="admin")
        eve = await accounts.add("eve", "x", role="admin")
        kept = (await links.invite("bob", "user", by=root.id)).secret
        own = (await links.reset(eve, by=eve.id)).secret
        back = (await links.invite("eve2", "admin", by=eve.id)).secret
        takes_over = (await links.reset(root, by=eve.id)).secret
        ways = {"disabled": accounts.disable, "removed": accounts.delete}
        ways["demoted"] = lambda account_id: accounts.set_role(account_id, "user")
        await ways[way](eve.id)
        for secret, purpose in ((back, INVITATION), (takes_over, RESET)):
            with pytest.raises(LinkError):
                await links.use(secret, purpose)
        assert (await links.find(kept, INVITATION)).name == "bob"
        assert (await links.find(own, RESET)).name == "eve"

    run(work())


def test_an_invitation_replaces_those_of_the_same_name_in_any_case() -> None:
    async def work() -> None:
        links = LinkStore()
        by_mistake = await links.invite("Ada@lab.example", "admin", by="root")
        other = await links.invite("bob", "user", by="root")
        right = await links.invite("ada@LAB.example", "user", by="root")
        with pytest.raises(LinkError):
            await links.use(by_mistake.secret, INVITATION)
        assert {each.id for each in await links.invitations()} == {right.link.id, other.link.id}

    run(work())


def test_a_token_is_kept_as_a_hash_and_ends_by_time_or_by_hand() -> None:
    async def work() -> None:
        tokens = TokenStore()
        made = await tokens.make(" my  robot ", ["submit", "read"], owner="ada", days=1)
        assert made.secret.startswith(made.token.prefix)
        assert len(made.secret) >= len("sialo_") + 43
        (row,) = await ApiToken.select()
        assert made.secret not in str(row)
        assert (row["name"], row["scopes"], row["last_used_at"]) == (
            "my robot",
            "read submit",
            None,
        )
        found = await tokens.usable(made.secret)
        assert found
        assert found.owner == "ada"
        first = (await ApiToken.select())[0]["last_used_at"]
        await tokens.usable(made.secret)
        assert (await ApiToken.select())[0]["last_used_at"] == first  # not within the minute
        ago = datetime.now(UTC) - timedelta(minutes=2)
        await ApiToken.update({ApiToken.last_used_at: ago}, force=True)
        await tokens.usable(made.secret)
        assert (await ApiToken.select())[0]["last_used_at"] > ago
        for wrong in (made.secret + "x", made.token.prefix, "", row["secret_sha256"]):
            assert await tokens.usable(wrong) is None
        with pytest.raises(TokenNotFoundError):
            await tokens.revoke(made.token.id, owner="bob")
        await tokens.revoke(made.token.id, owner="ada")
        assert await tokens.usable(made.secret) is None
        assert await tokens.all(owner="ada") == []
        short = await tokens.make("short", ["read"], owner="ada", days=1)
        await ApiToken.update({ApiToken.expires_at: ago}, force=True)
        assert await tokens.usable(short.secret) is None

    run(work())


@pytest.mark.parametrize(
    ("name", "scopes", "days", "sentence"),
    [
        ("", ["read"], 1, "a name of 1 to 60"),
        ("x", [], 1, "at least one of the scopes"),
        ("x", ["read", "root"], 1, "at least one of the scopes"),
        ("x", ["read"], 0, "valid for 1 to"),
    ],
)
def test_a_token_that_is_none_is_refused(
    name: str, scopes: list[str], days: int, sentence: str
) -> None:
    with pytest.raises(TokenError, match=sentence):
        asyncio.run(TokenStore().make(name, scopes, owner="ada", days=days))


def test_a_share_lets_somebody_do_so_much_with_all_versions_and_no_more() -> None:
    async def work() -> None:
        jobs, accounts = JobStore(), AccountStore()
        ada, bob = [str((await accounts.add(name, "x")).id) for name in ("ada", "bob")]
        job, other = await a_job(jobs, ada), await a_job(jobs, ada)
        version = await jobs.add(a_version(job, of=job))
        for one in (job, version):
            assert (await permitted(one.id, ada, May.OWN)).id == one.id
            with pytest.raises(JobNotFoundError):
                await permitted(one.id, bob)
        await share(version, "bob", "view")
        for one in (job, version):
            assert (await permitted(one.id, bob)).owner == ada
            with pytest.raises(NotPermittedError, match="to look at"):
                await permitted(one.id, bob, May.EDIT)
        await share(job, "Bob", "edit")
        assert (await permitted(version.id, bob, May.EDIT)).id == version.id
        with pytest.raises(NotPermittedError, match="Only the owner"):
            await permitted(job.id, bob, May.OWN)
        with pytest.raises(JobNotFoundError):
            await permitted(other.id, bob)
        assert {one.id for one in await shared_with(bob, limit=9)} == {job.id, version.id}
        with pytest.raises(ShareError, match="the owner of the job"):
            await share(job, "ada", "view")
        with pytest.raises(ShareError, match="view or edit"):
            await share(job, "bob", "own")
        await forget_shares(await jobs.delete(job.id, owner=ada))
        assert (await permitted(version.id, bob)).id == version.id
        (of_bob,) = await shares_of(version)
        await unshare(version, of_bob.id)
        assert await shared_with(bob, limit=9) == []

    run(work())


def test_a_share_with_a_name_is_for_the_account_that_has_it_now() -> None:
    async def work() -> None:
        accounts, job = AccountStore(), await a_job(JobStore())
        await share(job, "bob", "view")
        bob = str((await accounts.add("bob", "x")).id)
        with pytest.raises(JobNotFoundError):
            await permitted(job.id, bob)
        (before,) = await shares_of(job)
        await share(job, "bob", "view")
        assert (await permitted(job.id, bob)).id == job.id
        (now,) = await shares_of(job)
        assert (now.id, now.name) == (before.id, "bob")

    run(work())


def test_the_audit_trail_names_who_acts_for_an_owner() -> None:
    async def work() -> None:
        jobs = JobStore()
        bob = await AccountStore().add("bob@lab.example", "x")
        job = await a_job(jobs)
        await jobs.cancel(job.id, owner="ada", by=bob.id)
        await jobs.queue_again(job.id, owner="ada", by="ada")
        held = await jobs.claim()
        assert held
        await jobs.cancel(job.id, owner="ada", by=bob.id)
        await jobs.end_cancelled(held)
        await jobs.hand_over(owner="ada", to=bob.id)
        await jobs.delete(job.id, owner=bob.id, by="root")
        received = [(entry.who, entry.what) for entry in await trail_of(job.id, owner=None)]
        assert received == [
            ("ada", "submitted"),
            ("bob@lab.example", "cancelled"),
            ("ada", "queued again"),
            ("service", "started"),
            ("bob@lab.example", "cancel requested"),
            ("service", "cancelled"),
            ("root", "deleted"),
        ]

    run(work())


def test_many_e_mails_to_one_person_delay_those_to_others_by_one_each() -> None:
    async def work() -> None:
        for number in range(5):
            await add_email("ada@lab.example", f"Ada's {number}", "x", "y", owner="ada")
        for number in range(2):
            await add_email("bob@lab.example", f"Bob's {number}", "x", "y", owner="bob")
        await add_email("eve@lab.example", "Reset your password", "x", "y")
        first = [letter.subject for _ in range(4) if (letter := await claim_email())]
        assert first == ["Ada's 0", "Bob's 0", "Reset your password", "Ada's 1"]
        await add_email("late@lab.example", "Late", "x", "y")
        then = [letter.subject for _ in range(3) if (letter := await claim_email())]
        assert sorted(then[:2]) == ["Bob's 1", "Late"]

    run(work())


def test_an_e_mail_is_tried_again_and_finally_given_up() -> None:
    async def work() -> None:
        letter = await add_email("ada@lab.example", "Hello", "secret text", "secret page")
        for tried in range(1, len(PAUSES_S) + 2):
            claims = await asyncio.gather(*(claim_email() for _ in range(4)))
            (held,) = [claim for claim in claims if claim]
            assert (held.id, held.tries, held.text) == (letter.id, tried, "secret text")
            assert await claim_email() is None
            await note_failure(held, "away", is_permanent=False)
            await Email.update({Email.not_before: datetime.now(UTC)}, force=True)
        assert await claim_email() is None
        (row,) = await Email.select()
        assert (row["state"], row["error"], row["text"], row["html"]) == ("failed", "away", "", "")
        await add_email("bob@lab.example", "Hello", "x", "y")
        late = await claim_email()
        assert late
        await Email.update({Email.not_before: datetime.now(UTC)}, force=True)
        again = await claim_email()  # the first worker took too long
        assert again
        await note_failure(late, "late", is_permanent=True)
        await note_sent(again)
        states = {row["recipient"]: row["state"] for row in await Email.select()}
        assert states["bob@lab.example"] == "sent"
        assert await Account.count() == 0

    run(work())
