# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the acceptance tests: a daemon in a directory of its own, and far ends we did not write."""
import pytest

from support.daemon import Daemon
from support.ports import PortAllocator


@pytest.fixture
def ports():
    """Ports of this test alone, whatever else runs on the machine."""
    allocator = PortAllocator()
    yield allocator
    allocator.close()


@pytest.fixture
def processes(ports):
    """Everything that a test starts; ended by its own pid, in reverse order, before its ports are given back."""
    started = []
    yield started
    for process in reversed(started):
        process.stop()


@pytest.fixture
def make_daemon(tmp_path, ports, processes):
    def make(trunks, **settings):
        daemon = Daemon(tmp_path / "daemon", ports, trunks, **settings)
        processes.append(daemon)
        return daemon

    return make
