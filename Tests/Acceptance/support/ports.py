# SPDX-License-Identifier: GPL-3.0-or-later
"""Free ports on loopback, each given out once."""
import socket


class PortAllocator:
    """Below the kernel's own range for outgoing connections; begins again when the end is reached."""

    FIRST, LAST = 10000, 32000

    def __init__(self, first=FIRST):
        self._next = first

    def take(self, count=1, step=1):
        """The first of `count` consecutive ports that are free for UDP and TCP."""
        while True:
            if self._next + max(count, step) > self.LAST:
                self._next = self.FIRST
            first = self._next
            self._next += max(count, step)
            if all(self._is_free(port) for port in range(first, first + count)):
                return first

    @staticmethod
    def _is_free(port):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
        return True
