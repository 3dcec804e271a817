# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that no other run on this machine is given meanwhile.

Ports are reserved in blocks of a hundred: whoever has bound the abstract Unix socket that is named after a block may use its
ports. Such a name reaches as far as ports do (one network namespace), leaves no file, and is given back by the kernel when its
last holder ends, however it ends. Tests/RTP/check_ports.c does likewise, from 61000 on.

As a program it reserves ports for a command and everything that the command starts, and tells it by environment variables:

    python3 ports.py SIP_PORT=2 RTP_PORT=1000 -- COMMAND ..."""
import errno
import os
import socket
import sys
import time
from contextlib import contextmanager
from pathlib import Path

SIZE = 100
# Of these ports: 10000 to 32699, below what the kernel gives out, usually. Not 13000 to 13099: Kannel's bearerbox has the
# fixed port 13001.
BLOCKS = [block for block in range(100, 327) if block != 130]
# With fewer blocks than these outside the kernel's own range, that range is used too.
ENOUGH = 100


def usable_blocks(ephemeral=None):
    """Blocks outside the range from which the kernel takes ports for whoever names none."""
    first, last = ephemeral or map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    outside = [block for block in BLOCKS if (block + 1) * SIZE <= first or block * SIZE > last]
    return outside if len(outside) >= ENOUGH else BLOCKS


def is_free(port):
    """For UDP and TCP, on every address. A port is not while a connection of it is in TIME_WAIT."""
    return all(_binds(kind, port) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))


def _binds(kind, port):
    try:
        with socket.socket(socket.AF_INET6, kind) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(("::", port))
            return True
    except OSError as error:
        # Otherwise the machine has no IPv6.
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return False
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def hold(block):
    """The socket that reserves a block, or the right to search; None: somebody else has it."""
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        holder.bind(f"\0burgernetd-ports-{block}")
        return holder
    except OSError:
        holder.close()
        return None


@contextmanager
def alone():
    """One search at a time: two would take the blocks between theirs from each other."""
    deadline = time.monotonic() + 60
    while not (holder := hold("search")):
        if time.monotonic() > deadline:
            raise RuntimeError("somebody has searched for ports for a minute")
        time.sleep(0.01)
    with holder:
        yield


class PortAllocator:
    """Each port is given out once; all are given back by `close`, or when the process ends."""

    # Where the next search of this process begins: elsewhere in each process, and onward, so that a port rests after its use.
    _begin = os.getpid() * 7

    def __init__(self):
        self._holders = []
        self._next = self._end = 0

    def take(self, count=1):
        """The first, which is even, of `count` consecutive ports (SIZE at most) that are free for UDP and TCP."""
        while True:
            if self._next + count > self._end:
                self._reserve(count)
            first = self._next
            busy = next((port for port in range(first, first + count) if not is_free(port)), None)
            end = first + count if busy is None else busy + 1
            self._next = end + end % 2
            if busy is None:
                return first

    def take_range(self, count):
        """The first, which is even, of `count` consecutive ports. Somebody who reserves nothing may use one of them: a range
        is for those who then pass over it, as for audio."""
        if self._next + count > self._end:
            self._reserve(count)
        first = self._next
        self._next += count + count % 2
        return first

    def close(self):
        while self._holders:
            self._holders.pop().close()
        self._next = self._end = 0

    def inherit(self):
        """What this process starts or becomes holds the ports too."""
        for holder in self._holders:
            holder.set_inheritable(True)

    def _reserve(self, count):
        """Blocks that follow each other, for so many ports."""
        usable = usable_blocks()
        begin = PortAllocator._begin % len(usable)
        found = []
        with alone():
            # Twice around: what nobody has may lie across the begin.
            for block in (usable[begin:] + usable[:begin]) * 2:
                holder = hold(block)
                if found and (not holder or block != found[-1][0] + 1):
                    self._let_go(found)
                if not holder:
                    continue
                found.append((block, holder))
                if len(found) * SIZE >= count:
                    self._holders += [holder for _, holder in found]
                    self._next, self._end = found[0][0] * SIZE, (block + 1) * SIZE
                    PortAllocator._begin = (usable.index(block) + 1) % len(usable)
                    return
            self._let_go(found)
        raise RuntimeError(f"no {count} consecutive ports are left on this machine")

    @staticmethod
    def _let_go(found):
        while found:
            found.pop()[1].close()


def main(arguments):
    if "--" not in arguments[:-1]:
        sys.exit(__doc__)
    split = arguments.index("--")
    ports = PortAllocator()
    for wish in arguments[:split]:
        name, _, count = wish.partition("=")
        os.environ[name] = str(ports.take(int(count)) if int(count) <= SIZE else ports.take_range(int(count)))
    ports.inherit()
    command = arguments[split + 1:]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
