# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that never left have no record and cost nobody a try: they go over another trunk, or wait. SIPp is the judge."""
import signal as signals
import socket
import time
from collections import Counter

from support.daemon import Trunk, silence
from support.process import wait_until
from support.sipp import Sipp

PEOPLE = [(f"+31610{index:06d}", f"P-{index}") for index in range(40)]


def submit(daemon, action, people=PEOPLE, milliseconds=100):
    daemon.submit({"id": action, "language": "nl", "message": silence(milliseconds)}, people)


def trunk(daemon, name):
    return next(reply["trunk"] for reply in daemon.json("trunks") if reply.get("trunk", {}).get("name") == name)


def all_called_once(sipp, people):
    return Counter(message.number for message in sipp.invites()) == Counter(number for number, _ in people)


def test_a_refused_connection_sends_everybody_over_another_trunk(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    # Nobody listens there.
    daemon = make_daemon([Trunk("alfa", ports.take(2), Transport="tcp", Priority=1),
                          Trunk("bravo", sipp.port, Priority=2)], sections={"SIP": {"TCP": "yes"}}).start()
    submit(daemon, "one")
    summary = daemon.watch_to_end("one", timeout=60)
    assert summary["outcomes"] == {"answered": 40} and summary["attempts"] == 40
    assert {(row["trunk"], row["attempt"]) for row in daemon.cdrs()} == {("bravo", "1")} and len(daemon.cdrs()) == 40
    assert all_called_once(sipp, PEOPLE)
    alfa = trunk(daemon, "alfa")
    assert not alfa["up"] and "cannot be sent" in alfa["reason"] and 1 <= alfa["unsent"]["network"] < 20
    assert "never left" in daemon.ctl("trunks") and daemon.log_text().count("trunk down") == 1


def test_without_another_trunk_they_wait_until_the_connection_is_taken(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    daemon = make_daemon([Trunk("alfa", port, Transport="tcp")], sections={"SIP": {"TCP": "yes"}}).start()
    submit(daemon, "one")
    wait_until(lambda: trunk(daemon, "alfa").get("unsent", {}).get("network", 0) >= 4, 20, "it is tried")
    assert daemon.summary("one")["outcomes"] == {} and daemon.cdrs() == []
    sipp = Sipp(tmp_path, port, "phones.xml", "-t", "t1")
    processes.append(sipp)
    assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 40}
    assert len(daemon.cdrs()) == 40 and all_called_once(sipp, PEOPLE)
    assert trunk(daemon, "alfa")["up"]


def test_while_no_port_is_left_all_wait(make_daemon, ports, processes, tmp_path):
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port)])
    taken = []
    for port in range(daemon.rtp_first, daemon.rtp_first + 1000, 2):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind(("127.0.0.1", port))
        taken.append(one)
    daemon.start()
    submit(daemon, "one")
    status = lambda: daemon.json("status")[-1]["status"]
    wait_until(lambda: status().get("unsent", 0) >= 3, 20, "a call has found no port")
    assert "port" in status()["shortage"] and daemon.cdrs() == [] and daemon.summary("one")["outcomes"] == {}
    assert trunk(daemon, "alfa")["up"] and daemon.log_text().count("calls wait") == 1
    for one in taken:
        one.close()
    assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 40}
    assert len(daemon.cdrs()) == 40 and all_called_once(sipp, PEOPLE)
    assert "shortage" not in status() and status()["unsent"] < 40


def test_few_descriptors_carry_fewer_calls_and_nobody_fails(make_daemon, ports, processes, tmp_path):
    """ulimit -Hn 1024; the trunk has more channels than that carries."""
    sipp = Sipp(tmp_path, ports.take(2), "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, CallsPerSecond=300, Channels=500)])
    daemon.wrapper = ["prlimit", "--nofile=512:1024"]
    daemon.start()
    people = [(f"+31610{index:06d}", f"P-{index}") for index in range(1500)]
    submit(daemon, "one", people, milliseconds=2000)
    most = 0

    def is_over():
        nonlocal most
        most = max(most, daemon.json("status")[-1]["status"]["calls"])
        return daemon.summary("one")["phase"] == "completed"

    wait_until(is_over, 120, "all are called", interval=0.2)
    assert daemon.summary("one")["outcomes"] == {"answered": 1500}
    assert len(daemon.cdrs()) == 1500 and all_called_once(sipp, people)
    assert 300 < most < 500
    log = daemon.log_text()
    assert "500 channels need" in log and "the limit is 1024" in log
    assert "unsent" not in daemon.json("status")[-1]["status"]


def swallowing(port):
    """A port that answers no SYN: its queue of connections is full (listen(2)). Returns what keeps it so."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
        fillers.append(filler)
    return [listener, *fillers]


def test_a_connection_that_is_never_made_takes_no_try_and_leaves_no_record(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    held = swallowing(port)
    daemon = make_daemon([Trunk("alfa", port, Transport="tcp")], sections={"SIP": {"TCP": "yes"}}).start()
    submit(daemon, "one")
    wait_until(lambda: trunk(daemon, "alfa").get("unsent", {}).get("network", 0) >= 4, 20, "it is tried")
    assert daemon.summary("one")["outcomes"] == {} and daemon.cdrs() == []
    submit(daemon, "two", [("+31610777777", "P-X")])
    time.sleep(1)
    # Calls that wait for a connection end at once when their action does, without a record.
    daemon.ctl("cancel", "two")
    wait_until(lambda: daemon.summary("two")["outcomes"] == {"cancelled": 1}, 3, "it is over")
    for one in held:
        one.close()
    sipp = Sipp(tmp_path, port, "phones.xml", "-t", "t1")
    processes.append(sipp)
    assert daemon.watch_to_end("one", timeout=90)["outcomes"] == {"answered": 40}
    assert {row["attempt"] for row in daemon.cdrs()} == {"1"} and len(daemon.cdrs()) == 40
    assert all_called_once(sipp, PEOPLE)


def test_a_connection_that_is_made_too_late_brings_no_call_that_was_given_up(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    held = swallowing(port)
    daemon = make_daemon([Trunk("alfa", port, Transport="tcp")], sections={"SIP": {"TCP": "yes"}}).start()
    submit(daemon, "one", PEOPLE[:3])
    wait_until(lambda: trunk(daemon, "alfa").get("unsent", {}).get("network", 0) >= 2, 20, "calls are given up")
    daemon.ctl("cancel", "one")
    wait_until(lambda: daemon.json("status")[-1]["status"]["calls"] == 0, 5, "no call is left")
    # Room in the queue: the connection is made with the SYN's next repetition.
    heard = bytearray()
    held[0].setblocking(False)
    end = time.monotonic() + 20
    while time.monotonic() < end and b"\r\n\r\n" not in heard:
        try:
            connection, _ = held[0].accept()
            connection.settimeout(0.2)
            held.append(connection)
        except BlockingIOError:
            time.sleep(0.05)
        for connection in held[5:]:
            try:
                heard += connection.recv(65536)
            except (TimeoutError, ConnectionError):
                pass
    assert heard and b"INVITE" not in heard, heard[:200]
    assert daemon.cdrs() == []


def test_a_second_signal_leaves_no_record_of_a_call_that_waits_for_its_connection(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    held = swallowing(port)
    daemon = make_daemon(
        [Trunk("alfa", port, Transport="tcp")], sections={"SIP": {"TCP": "yes"}, "Call": {"NoResponseTimeout": "20s", "RingTimeout": "30s"}}
    ).start()
    submit(daemon, "one", PEOPLE[:3])
    wait_until(lambda: daemon.summary("one")["calling"] >= 1, 20, "a call is begun")
    daemon.process.signal(signals.SIGTERM)
    daemon.process.signal(signals.SIGTERM)
    assert daemon.process.wait(10) == 0
    for one in held:
        one.close()
    sipp = Sipp(tmp_path, port, "phones.xml", "-t", "t1")
    processes.append(sipp)
    daemon.start()
    assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 3}
    assert [(row["recovered"], row["redial"], row["attempt"]) for row in daemon.cdrs()] == [("0", "0", "1")] * 3
    assert all_called_once(sipp, PEOPLE[:3])
