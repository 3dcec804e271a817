# SPDX-License-Identifier: GPL-3.0-or-later
"""A child process that a test starts and ends by its own pid."""
import os
import select
import signal as signals
import subprocess
import time


class Process:
    def __init__(self, arguments, log, env=None, cwd=None, stdin=None):
        self.log = log
        self._output = open(log, "ab")
        self.popen = subprocess.Popen(
            [str(argument) for argument in arguments], stdout=self._output, stderr=subprocess.STDOUT,
            stdin=stdin or subprocess.DEVNULL, env=env, cwd=cwd, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def is_running(self):
        return self.popen.poll() is None

    def wait(self, timeout):
        return self.popen.wait(timeout)

    def signal(self, number):
        if self.is_running():
            os.kill(self.pid, number)

    def kill(self):
        self.signal(signals.SIGKILL)
        self.popen.wait(10)

    def stop(self, number=signals.SIGTERM, timeout=10):
        self.signal(number)
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self._output.close()

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()


def wait_until(condition, timeout, what, interval=0.02):
    """Polls a condition that has no event to wait for; fails the test by name after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        select.select([], [], [], interval)
