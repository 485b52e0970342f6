"""Name servers of tests, and threads whose machine asks one of them."""

import ctypes
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import NamedTemporaryFile

NEW_MOUNTS = 0x00020000  # CLONE_NEWNS of unshare(2)
PRIVATE, BIND = 1 << 18 | 1 << 14, 1 << 12  # MS_PRIVATE with MS_REC, MS_BIND of mount(2)
HEAD = struct.Struct(">HHHHHH")  # RFC 1035, 4.1.1
ANSWER = struct.Struct(">HHHIH4s")  # RFC 1035, 4.1.3, with the name of the question
IS_ANSWER, NAME_OF_QUESTION, ADDRESS, INTERNET, NEVER_KEPT = 0x8180, 0xC00C, 1, 1, 0
LONGEST = 512


@contextmanager
def changing_name_server(addresses: Sequence[str], at: str) -> Iterator[None]:
    """Answers each question for an IPv4 address by the next one; by the last one in the end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((at, 53))
        thread = threading.Thread(target=_answer, args=(listening, [*addresses]))
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", (at, 53))
            thread.join()


def ask_from_now_on(name_server: str) -> None:
    """Let this thread, and what it starts, ask this name server alone; only root can."""
    with NamedTemporaryFile("w") as file:
        file.write(f"nameserver {name_server}\n")
        file.flush()
        _mount_over(file.name, "/etc/resolv.conf")


def _answer(listening: socket.socket, addresses: list[str]) -> None:
    while True:
        asked, client = listening.recvfrom(LONGEST)
        if not asked:
            return
        question = asked[HEAD.size : asked.index(b"\0", HEAD.size) + 5]
        is_for_address = question[-4:] == struct.pack(">HH", ADDRESS, INTERNET)
        found = b""
        if is_for_address:
            address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
            packed = IPv4Address(address).packed
            found = ANSWER.pack(NAME_OF_QUESTION, ADDRESS, INTERNET, NEVER_KEPT, 4, packed)
        head = HEAD.pack(*struct.unpack(">H", asked[:2]), IS_ANSWER, 1, int(is_for_address), 0, 0)
        listening.sendto(head + question + found, client)


def _mount_over(file: str, place: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    failed = (
        libc.unshare(NEW_MOUNTS)
        or libc.mount(b"none", b"/", None, PRIVATE, None)
        or libc.mount(file.encode(), str(Path(place).resolve()).encode(), None, BIND, None)
    )
    if failed:
        raise OSError(ctypes.get_errno(), f"{place} cannot be replaced")
