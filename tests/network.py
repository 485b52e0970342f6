"""Hosts of their own on this machine: network namespaces, connected by a bridge.

The bridge is in a namespace too, so that nothing reaches this machine's own network. The addresses
are reserved for tests between networks (RFC 2544).
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NEW_NETWORK = 0x40000000  # CLONE_NEWNET of setns(2)
NOWHERE = "02:00:00:00:00:ff"  # a hardware address that no host has
NETWORK = "198.18.0.0/24"


@dataclass(frozen=True)
class Host:
    """A host: the name of its namespace, its address, and the bridge at the end of its cable."""

    name: str
    address: str
    bridge: str

    @property
    def port(self) -> str:
        """The cable's end at the bridge."""
        return f"to{self.address.rpartition('.')[2]}"

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let this thread open sockets and start processes as on this host."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _enter(Path("/run/netns") / self.name)
            yield
        finally:
            _enter(Path(f"/proc/self/fd/{own}"))
            os.close(own)

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Pull the host's cable for a while."""
        _ip(f"-n {self.bridge} link set {self.port} down")
        try:
            yield
        finally:
            _ip(f"-n {self.bridge} link set {self.port} up")


@contextmanager
def hosts(*names: str) -> Iterator[dict[str, Host]]:
    """Hosts with these names, removed at the end; only root can make them."""
    prefix = f"sialoscope-{os.getpid()}"
    bridge, made = f"{prefix}-bridge", list[str]()
    try:
        _add_namespace(bridge, made)
        _ip(f"-n {bridge} link add br0 up type bridge")
        found = {}
        for number, name in enumerate(names, start=1):
            host = Host(f"{prefix}-{name}", f"198.18.0.{number}", bridge)
            _add_namespace(host.name, made)
            _plug_in(host)
            found[name] = host
        yield found
    finally:
        for namespace in made:
            _ip(f"netns del {namespace}")


@contextmanager
def apart(one: Host, other: Host) -> Iterator[None]:
    """Drop packets between two hosts without an error for a while; others reach both."""
    both = ((one, other), (other, one))
    for here, there in both:
        _ip(f"-n {here.name} neigh replace {there.address} lladdr {NOWHERE} nud permanent dev eth0")
    try:
        yield
    finally:
        for here, there in both:
            _ip(f"-n {here.name} neigh del {there.address} dev eth0")


def _plug_in(host: Host) -> None:
    _ip(f"-n {host.bridge} link add {host.port} type veth peer name eth0 netns {host.name}")
    _ip(f"-n {host.bridge} link set {host.port} master br0 up")
    _ip(f"-n {host.name} addr add {host.address}/24 dev eth0")
    _ip(f"-n {host.name} link set eth0 up")


def _add_namespace(name: str, made: list[str]) -> None:
    _ip(f"netns add {name}")
    made.append(name)
    _ip(f"-n {name} link set lo up")


def _enter(namespace: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with namespace.open("rb") as file:
        if libc.setns(file.fileno(), NEW_NETWORK):
            raise OSError(ctypes.get_errno(), f"{namespace} cannot be entered")


def _ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True)
