"""Resolves the host names of webhook receivers within a deadline, without blocking a thread.

``getaddrinfo`` of the C library blocks a thread until its own timeouts, up to half a minute, and
no deadline can end it: names whose servers never answer would use up all threads. c-ares uses
sockets, which are closed at the deadline. Each call has its own resolver, so that one name cannot
affect another.
"""

import asyncio
import socket

import aiodns

DNS_TIMEOUT_S = 3
# The deadline leaves time to repeat the query twice.
REPEATED_AFTER_S = 1
NO_ANSWER = "its name was not resolved within {s} s"
NO_ADDRESS = "its name has no address"


async def addresses_of(host: str) -> list[str]:
    """Resolve a host name to its IP addresses; an IP address is returned as it is.

    Raises:
        OSError: the name has no address, or its servers do not answer in time.
    """
    if numbers := _written_in_numbers(host):
        return numbers
    resolver = aiodns.DNSResolver(timeout=REPEATED_AFTER_S, tries=DNS_TIMEOUT_S)
    try:
        async with asyncio.timeout(DNS_TIMEOUT_S):
            found = await resolver.getaddrinfo(host)
    except TimeoutError:
        raise OSError(NO_ANSWER.format(s=DNS_TIMEOUT_S)) from None
    except aiodns.error.DNSError as error:
        is_late = error.args[0] == aiodns.error.ARES_ETIMEOUT
        raise OSError(NO_ANSWER.format(s=DNS_TIMEOUT_S) if is_late else NO_ADDRESS) from None
    finally:
        await resolver.close()
    return [node.addr[0].decode() for node in found.nodes]


def _written_in_numbers(host: str) -> list[str]:
    """The address that a host is, also in spellings such as 2130706433; empty for a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return []
    return [str(address[0]) for *_, address in found]
