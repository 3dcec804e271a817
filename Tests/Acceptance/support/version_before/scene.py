# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon that takes up the state of the one that was killed, with nobody at the far ends at first."""
import json
import signal
from datetime import timedelta

from ..clock import Clock
from ..daemon import BINARIES
from ..process import Process, wait_until
from . import state
from .daemon import VersionBefore
from .far_end import FarEnd
from .moments import Mask


class Scene:
    def __init__(self, directory, ports, later=timedelta(seconds=10), is_new_boot=False):
        """`later`: how long after the kill it begins. `is_new_boot`: the machine was started since."""
        directory.mkdir(parents=True)
        self.directory, self.ports = directory, ports
        self.restarted = state.killed_at() + later
        self.mask = Mask(self.restarted)
        self.month = f"{self.restarted:%Y-%m}"
        self.rows = state.rows_at_kill()
        trunk = ports.take()
        self.places = {"NOORD": f"127.0.0.1:{trunk}", "ZUID": f"127.0.0.1:{ports.take()}", "SMSC_NOORD": ports.take(),
                       "SMSC_ZUID": ports.take()}
        self.far_end = FarEnd(trunk)
        self.daemon = VersionBefore(directory / "daemon", ports, Clock(directory), self.places)
        self.state = self.daemon.directory / "state"
        state.unpack(self.daemon.directory, self.places, is_new_boot)
        self.calls = directory / "calls.jsonl"
        self._network = None

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        if self.daemon.process:
            self.daemon.kill()
        if self._network:
            self._network.stop()
        self.far_end.close()

    def begin(self, later=timedelta(0)):
        """Starts the daemon, as long after the first restart as said."""
        self.daemon.start_at(self.restarted + later)

    def far_ends_come_up(self):
        """Everybody answers at once, and every SMS is taken."""
        self.far_end.close()
        scenario = self.directory / "scenario.json"
        scenario.write_text(json.dumps({
            "shares": {"answer": 1}, "key_probability": 0, "post_dial_seconds": [0, 0.02], "ring_seconds": [0, 0.1],
            "listen_at_most_seconds": 0}))
        rtp = self.ports.take_range(1000)
        self._network = Process(
            [BINARIES / "burgernetsim", "--listen", self.places["NOORD"], "--scenario", scenario, "--log", self.calls,
             "--rtp-ports", f"{rtp}-{rtp + 999}", "--smsc", f"127.0.0.1:{self.places['SMSC_NOORD']}",
             "--smsc-receipt-delay", "0.05", "--smsc-receipt-spread", "0"], self.directory / "burgernetsim.log")
        self.daemon.places["REGISTER"] = "no"
        self.daemon.write_configuration()
        self.daemon.process.signal(signal.SIGHUP)
        wait_until(self._are_far_ends_up, 15, "trunk and SMSC are up")

    def _are_far_ends_up(self):
        replies = self.daemon.json("trunks") + self.daemon.json("smsc")
        states = [reply.get("trunk") or reply.get("smsc") for reply in replies]
        return {one["name"] for one in states if one and one["up"]} == {"noord", "smsc-noord"}

    def plan(self, action, recipients):
        """What `plan` answers."""
        file, people = self.directory / "action.json", self.directory / "people.jsonl"
        file.write_text(json.dumps(action))
        people.write_text("".join(json.dumps(one) + "\n" for one in recipients))
        return self.mask(self.daemon.ctl("plan", file, "--recipients", people, "--json"))

    def submit_again(self, action):
        """The same action and recipients in the same order are accepted once; with another title they are refused."""
        recipients = action.with_suffix(".jsonl")
        again = self.daemon.ctl("submit", action, "--recipients", recipients, "--json")
        other = self.directory / "other.json"
        other.write_text(json.dumps({**json.loads(action.read_text()), "title": "Iets anders"}))
        return again + self.daemon.run("submit", other, "--recipients", recipients, "--json").stdout
