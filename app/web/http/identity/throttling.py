"""Limits how often passwords and webhooks are tried, with counters in Redis for all web processes.

Tries are counted by address, by account, and by both together. Each window starts with its first
try and ends by itself, and refused tries are not counted, so that nobody is locked out for ever.
The limit of an account does not apply to addresses from which its user logged in before, so that
a stranger who tries passwords cannot keep the user out.
"""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from redis.asyncio import Redis

KNOWN_FOR_S = 30 * 86_400
# The addresses of one IPv6 customer share their first 64 bits (RFC 6177).
IPV6_CUSTOMER_BITS = 64

# KEYS are counters; ARGV has the limit and the window in seconds of each. If one counter is at its
# limit, none is counted, and the result is the seconds to wait.
COUNT = """
local wait_s = 0
for place, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[2 * place - 1]) then
    wait_s = math.max(wait_s, redis.call('TTL', key), 1)
  end
end
if wait_s > 0 then return wait_s end
for place, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * place]) end
end
return 0
"""
# Takes a successful try back; a counter that has expired is not created again.
FORGIVE = """
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then redis.call('DECR', key) end
end
"""


class TooManyTriesError(Exception):
    """Too many recent tries; ``retry_after_s`` says how long to wait."""

    def __init__(self, retry_after_s: int) -> None:
        minutes = -(-retry_after_s // 60)
        super().__init__(
            f"Too many tries. Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again."
        )
        self.retry_after_s = retry_after_s


class Limit(NamedTuple):
    """A number of tries in a number of seconds."""

    tries: int
    window_s: int


class Limits(NamedTuple):
    """The limits of logins, e-mails, webhook calls and sign-ons that begin."""

    pair: Limit = Limit(5, 5 * 60)
    account: Limit = Limit(30, 15 * 60)
    address: Limit = Limit(50, 15 * 60)
    letters: Limit = Limit(10, 60 * 60)
    calls: Limit = Limit(30, 60)
    all_calls: Limit = Limit(200, 60)
    sign_ons: Limit = Limit(200, 15 * 60)


class Throttle:
    """Counts tries; ``who`` is the key of an account name, whether the account exists or not."""

    def __init__(self, redis: Redis, limits: Limits | None = None) -> None:
        self._redis = redis
        self._limits = limits or Limits()
        self._count = redis.register_script(COUNT)
        self._forgive = redis.register_script(FORGIVE)

    async def admit_login(self, who: str, address: str) -> None:
        """Count a login before its password is checked.

        Raises:
            TooManyTriesError: A limit is reached.
        """
        await self._admit(await self._counters(who, address))

    async def forgive(self, who: str, address: str) -> None:
        """Take a successful login back from the counters, and remember its address."""
        counters = await self._counters(who, address)
        await self._forgive(keys=list(counters))
        await self._redis.delete(_key("pair", who, address))
        await self._redis.set(_key("known", who, address), 1, ex=KNOWN_FOR_S)

    async def admit_email(self, who: str, address: str) -> None:
        """Count a request for an e-mail.

        Raises:
            TooManyTriesError: A limit is reached.
        """
        letters = self._limits.letters
        counters = {_key("letters", address): letters, _key("letters-to", who): letters}
        await self._admit(counters)

    async def admit_sign_on(self, address: str) -> None:
        """Count a sign-on that begins; each asks the provider.

        Raises:
            TooManyTriesError: The limit of this address is reached.
        """
        await self._admit({_key("sign-ons", address): self._limits.sign_ons})

    async def admit_back_channel(self, address: str) -> None:
        """Count a logout that a provider sends; each asks the provider for its keys.

        Raises:
            TooManyTriesError: The limit of this address is reached.
        """
        await self._admit({_key("back-channel", address): self._limits.sign_ons})

    async def forgive_back_channel(self, address: str) -> None:
        """Take a logout that was right back from the counter."""
        await self._forgive(keys=[_key("back-channel", address)])

    async def admit_call(self, owner: str) -> None:
        """Count a webhook call that an owner starts by hand: a test or a redelivery.

        Raises:
            TooManyTriesError: The limit of this owner or of all owners is reached.
        """
        limits = self._limits
        await self._admit({_key("calls", owner): limits.calls, _key("all-calls"): limits.all_calls})

    async def _counters(self, who: str, address: str) -> dict[str, Limit]:
        counters = {
            _key("pair", who, address): self._limits.pair,
            _key("address", address): self._limits.address,
        }
        if not await self._redis.exists(_key("known", who, address)):
            counters[_key("account", who)] = self._limits.account
        return counters

    async def _admit(self, counters: dict[str, Limit]) -> None:
        limits = [number for limit in counters.values() for number in limit]
        wait_s = int(await self._count(keys=list(counters), args=limits))
        if wait_s:
            raise TooManyTriesError(wait_s)


def address_of(client: str | None) -> str:
    """The part of an address that all addresses of one customer share."""
    try:
        address = ip_address(client or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> IPV6_CUSTOMER_BITS << IPV6_CUSTOMER_BITS))
    return str(address)


def _key(kind: str, *parts: str) -> str:
    """The name of a counter; hashed, so that no typed name appears in Redis."""
    return f"sialoscope:tries:{kind}:{sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"
