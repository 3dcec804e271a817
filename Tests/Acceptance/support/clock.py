# SPDX-License-Identifier: GPL-3.0-or-later
"""Another civil clock for a process that a test starts: what happened on an evening long ago goes on that same evening,
and a clock can be set while the process runs."""
import mmap
import os
import struct
import subprocess
from datetime import datetime
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Clock:
    """Compiled once, in `directory`."""

    def __init__(self, directory):
        self._library = Path(directory) / "clock.so"
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
                        self._library, SOURCE, "-ldl"], check=True)

    def starting(self, moment: datetime):
        """The environment of a process that begins at that moment."""
        return {"LD_PRELOAD": str(self._library), "CLOCK_STARTS": str(int(moment.timestamp()))}

    def settable(self):
        return SettableClock(self._library)


class SettableClock:
    """A civil clock that the test sets, as an administrator or NTP would; it begins as the machine's."""

    def __init__(self, library):
        path = library.with_suffix(".ahead")
        path.write_bytes(bytes(mmap.PAGESIZE))
        with open(path, "r+b") as file:
            self._page = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_AHEAD_FILE": str(path)}
        self.ahead = 0.0

    def set(self, seconds):
        """So far ahead of the machine's clock from now on; negative: behind."""
        self.ahead = seconds
        self._page[:8] = struct.pack("<q", round(seconds * 1e6))
