# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the reachable are reached through a network with trouble, beside an oracle that knows the trouble."""
import heapq
import math
import random
import time

from .capture import Capture, most_in_a_second
from .carrier import RING, TALK, Carrier, Network
from .daemon import Daemon, Trunk, silence
from .process import wait_until

# Of the contract: calls a second and channels.
PACE, CHANNELS = 20, 400
# Times as in earnest; the message is longer than the citizens listen.
SECTIONS = {"Gateway": {"TimeScale": "1"}, "Call": {"RingTimeout": "30s", "NoResponseTimeout": "5s"}}
ACTION = {"language": "nl", "priority": "life-threat", "message": silence(12_000)}


def town(count, neighbours=range(0), seed=12):
    """Numbers of `count` people from nine exchanges and mobile networks, in no order; the same ones for a seed. Those in
    the places `neighbours` have consecutive numbers of an exchange that nobody else has."""
    source = random.Random(seed)
    found = {}
    while len(found) < count:
        mobile = source.random() < 0.3
        prefix = f"+316{source.randrange(10, 60)}" if mobile else f"+3118250{source.randrange(1, 10)}"
        found[prefix + "".join(source.choices("0123456789", k=12 - len(prefix)))] = None
    numbers = list(found)
    for place in neighbours:
        numbers[place] = f"+31182599{place - neighbours.start:03d}"
    return numbers


def some(numbers, share, seed):
    """So large a share of them, scattered; the same ones for a seed."""
    return frozenset(random.Random(seed).sample(numbers, round(share * len(numbers))))


def ideal(numbers, network):
    """Seconds from the first INVITE to each answer, ascending, when the list is dialled in its order at the pace that
    contract and network allow, once those who are not refused are, and nobody is waited for."""
    clock, freed, reached = network.outage, [], []
    for number in numbers:
        if number in network.refused:
            # Takes a slot of the contract, and nothing of what the network has room for.
            clock += 1 / PACE
            continue
        if network.channels and len(freed) == network.channels:
            clock = max(clock, heapq.heappop(freed))
        heapq.heappush(freed, clock + RING + TALK)
        reached.append(clock + RING)
        clock += 1 / min(PACE, network.per_second or PACE)
    return sorted(reached)


def place(count, share):
    """Of the one, from 0 on, with whom this share of so many is complete."""
    return math.ceil(share * count) - 1


class Reach:
    """What came of an action, at the far end: seconds from the first INVITE to each ACK of a 200, ascending."""

    def __init__(self, numbers, network, carrier, invites):
        self.ideal = ideal(numbers, network)
        self.actual = sorted(time - invites[0] for number, time in carrier.reached().items() if number not in network.refused)
        self.invites = len(invites)
        self.refused = carrier.refusals() / len(invites)
        self.most_in_a_second = most_in_a_second(invites)

    def times(self, share):
        """The oracle's and ours, until this share of the reachable was reached; ours is None if it never was."""
        wanted = place(len(self.ideal), share)
        return self.ideal[wanted], self.actual[wanted] if wanted < len(self.actual) else None

    def ratio(self, share):
        oracle, ours = self.times(share)
        return ours / oracle if ours is not None else float("inf")


def measure(numbers, network, directory, ports, processes, patience, realm=None):
    """Has a daemon call these people through the network until all who can be reached are, for `patience` seconds at
    most. What it starts is appended to `processes`. The trunk has credentials for `realm` alone, or none."""
    port, trunk = ports.take(2), {}
    if realm:
        password = directory / "password"
        password.write_text("geheim\n")
        password.chmod(0o600)
        trunk = {"Username": "burgernet", "Realm": realm, "PasswordFile": password}
    carrier = Carrier(directory / "carrier", port, network)
    processes.append(carrier)
    capture = Capture(directory / "capture", f"udp port {port}")
    processes.append(capture)
    daemon = Daemon(directory / "daemon", ports, [Trunk("carrier", port, CallsPerSecond=PACE, Channels=CHANNELS, **trunk)],
                    sections=SECTIONS)
    processes.append(daemon)
    daemon.start()
    daemon.submit({"id": "reach", **ACTION}, [(number, f"P-{index}") for index, number in enumerate(numbers)])
    reachable = len(numbers) - len(network.refused)
    deadline = time.monotonic() + patience
    wait_until(lambda: time.monotonic() > deadline or daemon.summary("reach")["answered"] >= reachable, patience + 30,
               "all who can be reached are", interval=0.5)
    daemon.kill()
    wait_until(lambda: len(capture.invites(port)) >= len(carrier.invites()), 20, "tshark has seen all", interval=0.5)
    return Reach(numbers, network, carrier, capture.invites(port))


def kinds(count, seed=12):
    """The troubles that reach is measured with: by name, the numbers, the network, and the realm of the trunk's credentials."""
    numbers, block = town(count, seed=seed), min(60, count // 3)
    neighbours = range(count // 3, count // 3 + block)
    beside = town(count, neighbours, seed)
    one, tenth = frozenset({numbers[count // 6]}), some(numbers, 0.1, seed)
    wait, soon, later = (f"Retry-After: {seconds}" for seconds in (600, 5, 30))
    challenge = 'Digest realm="pbx.example.nl", nonce="9f8e7d6c5b4a", algorithm=MD5'
    realms = {"one number 407, another realm": "carrier.example.nl"}
    return {name: (people, network, realms.get(name)) for name, people, network in [
        ("nothing odd", numbers, Network()),
        ("one number 503, Retry-After 600", numbers, Network(one, headers=(wait,))),
        ("one number 503, Retry-After 5", numbers, Network(one, headers=(soon,))),
        ("one number 401, no credentials", numbers, Network(one, "401 Unauthorized", (f"WWW-Authenticate: {challenge}",))),
        ("one number 407, another realm", numbers,
         Network(one, "407 Proxy Authentication Required", (f"Proxy-Authenticate: {challenge}",))),
        ("10 % 503", numbers, Network(tenth)),
        ("30 % 500", numbers, Network(some(numbers, 0.3, seed), "500 Server Internal Error")),
        ("10 % 503, Retry-After 30", numbers, Network(tenth, headers=(later,))),
        ("60 neighbours 503", beside, Network(frozenset(beside[neighbours.start:neighbours.stop]))),
        ("the first 60 503", numbers, Network(frozenset(numbers[:block]))),
        ("one number 403 limit", numbers, Network(one, "403 Subscriber limit exceeded")),
        ("3 % 403 limit", numbers, Network(some(numbers, 0.03, seed), "403 Subscriber limit exceeded")),
        ("room for 30 channels", numbers, Network(channels=30)),
        ("all refused for 10 s", numbers, Network(outage=10)),
        ("room for 10 a second", numbers, Network(per_second=10)),
        ("30 channels, 10 % 503", numbers, Network(tenth, channels=30)),
        ("10 a second, 10 % 503", numbers, Network(tenth, per_second=10)),
    ]}
