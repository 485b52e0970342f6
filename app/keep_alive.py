"""How a connection finds out that the machine at its other end vanished without a word."""

import socket
import sys

# Options of TCP: who only listens notices it after some 25 s.
KEEP_ALIVE: dict[int, int] = (
    {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3}
    if sys.platform == "linux"
    else {}
)
