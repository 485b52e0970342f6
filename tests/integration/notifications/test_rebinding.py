"""A webhook whose name has another address after the check of the first one (DNS rebinding)."""

import asyncio
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from app.db.notifications.tables import Delivery, Webhook
from app.notifications.webhooks.addresses import PRIVATE
from app.notifications.webhooks.call import Answer, call
from tests.name_server import ask_from_now_on, changing_name_server
from tests.network import Host, hosts

NAME = "rebinding.example"
PORT = 8443
NAME_SERVER = "127.0.0.53"
PUBLIC_ADDRESS, OWN = "1.1.1.1", "127.0.0.1"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can choose a name server.")


def test_a_name_that_becomes_private_after_its_check_is_called_where_it_was_checked() -> None:
    with hosts("lab") as found, ThreadPoolExecutor(1) as thread:
        lab = found["lab"]
        local = f"ip -n {lab.name} addr add {PUBLIC_ADDRESS}/32 dev lo"
        subprocess.run(local.split(), check=True)
        first, then, reached = thread.submit(_two_calls, lab).result()
    assert reached == [PUBLIC_ADDRESS], "Each call asks once, and keeps to the answer."
    assert first.says.startswith("It cannot be called: "), "The receiver has no certificate."
    assert then.says == PRIVATE.format(host=NAME)


def _two_calls(lab: Host) -> tuple[Answer, Answer, list[str]]:
    """Call a webhook twice on this host, and return its answers and the addresses it reached."""
    ask_from_now_on(NAME_SERVER)
    with lab.inside(), changing_name_server([PUBLIC_ADDRESS, OWN], at=NAME_SERVER):
        return asyncio.run(_called_twice())


async def _called_twice() -> tuple[Answer, Answer, list[str]]:
    reached = list[str]()
    servers = [
        await asyncio.start_server(partial(_note, reached, address), address, PORT)
        for address in (PUBLIC_ADDRESS, OWN)
    ]
    webhook = Webhook(url=f"https://{NAME}:{PORT}/hook", secret="whsec_c2VjcmV0")  # noqa: S106
    delivery = Delivery(id="one", body="{}")
    answers = [await call(webhook, delivery, to_private=False) for _ in range(2)]
    for server in servers:
        server.close()
    return answers[0], answers[1], reached


async def _note(
    reached: list[str], address: str, _: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    reached.append(address)
    writer.close()
