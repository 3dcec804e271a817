# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon under the fixture's configuration, on the date of the fixture."""
import json
import re
import socket
import time

from ..daemon import Daemon
from ..process import wait_until
from .moments import without_moments
from .state import FIXTURE

# Longer than any doubt is held and any receipt awaited, each after the one before.
CALM = 2


class VersionBefore(Daemon):
    def __init__(self, directory, ports, clock, places, tariffs=FIXTURE / "tariffs"):
        """`places`: what stands between @ in the configuration."""
        self.clock = clock
        self.places = {"TIME_SCALE": "0.02", "REGISTER": "yes", "REGISTER_ZUID": "yes", "TARIFFS": tariffs,
                       "FIXTURE": FIXTURE, **places}
        super().__init__(directory, ports, [])

    def write_configuration(self):
        password = self.directory / "password"
        password.write_text("geheim")
        password.chmod(0o600)
        places = {"SIP_PORT": self.sip_port, "RTP_PORTS": f"{self.rtp_first}-{self.rtp_first + 999}",
                  "PASSWORD": password, **self.places}
        text = (FIXTURE / "burgernetd.conf").read_text()
        self.configuration.write_text(re.sub("@([A-Z_]+)@", lambda name: str(places[name[1]]), text))

    def start_at(self, moment):
        self.environment = self.clock.starting(moment)
        return self.start()

    def replies(self, **request):
        """The lines that come back, as they are on the socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self.socket))
            stream = connection.makefile("rwb")
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            lines = []
            for line in stream:
                lines.append(line.decode())
                if json.loads(line).get("final"):
                    return "".join(lines)
        raise AssertionError(f"no final reply to {request}")

    def settled(self, rows):
        """Waits for the end of all that is in doubt: nothing changes any more. `rows`: that the ledger has at least."""
        state, since = None, time.monotonic()

        def is_calm():
            nonlocal state, since
            now = without_moments(self.replies(verb="list")) + self.replies(verb="cdr-verify", **{"from": rows})
            if now != state:
                state, since = now, time.monotonic()
            return time.monotonic() - since > CALM

        wait_until(is_calm, 20, "nothing changes any more")
