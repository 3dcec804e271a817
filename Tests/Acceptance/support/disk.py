# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that fails for the daemon alone, at any moment and for as long as a test likes (disk.c has the modes)."""
import os
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Disk:
    """The disk of a daemon in `daemon_directory`; compiled once, in `directory`."""

    def __init__(self, directory, daemon_directory):
        self._library = Path(directory) / "disk.so"
        self._mode = Path(directory) / "disk-mode"
        self._state = Path(daemon_directory).resolve() / "state"
        self.become("well")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
                        self._library, SOURCE, "-ldl"], check=True)

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self._library), "DISK_OF": str(self._state), "DISK_MODE": str(self._mode)}

    def become(self, mode):
        after = self._mode.with_suffix(".new")
        after.write_text(mode)
        after.replace(self._mode)
