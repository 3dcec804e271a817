# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd and the operator see: readiness, watchdog, reload; and answers that come too late."""
import os
import signal as signals
import socket

from support.daemon import Trunk, silence
from support.process import wait_until
from support.sipp import Sipp


def test_systemd_is_told(make_daemon, ports, tmp_path):
    path = str(tmp_path / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(20)
        daemon = make_daemon([Trunk("alfa", ports.take(2))])
        daemon.environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000000"}
        daemon.start()
        seen = []

        def until(word):
            while not any(word in message for message in seen):
                seen.append(notify.recv(4096).decode())

        until("READY=1")
        until("WATCHDOG=1")
        daemon.process.signal(signals.SIGHUP)
        until("RELOADING=1")
        seen.clear()
        until("READY=1")
        daemon.process.signal(signals.SIGTERM)
        until("STOPPING=1")
        assert daemon.process.wait(10) == 0


def test_a_trunk_that_nobody_has_tried_is_not_said_to_be_down(make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2))]).start()
    wait_until(lambda: "ready" in daemon.log_text(), 10, "the daemon is ready")
    assert "trunk down" not in daemon.log_text()
    daemon.trunks.append(Trunk("bravo", ports.take(2)))
    daemon.write_configuration()
    daemon.process.signal(signals.SIGHUP)
    wait_until(lambda: '"bravo"' in daemon.ctl("trunks", "--json"), 10, "the new trunk is there")
    assert "trunk down" not in daemon.log_text()


def test_reload_changes_trunks_and_keeps_calls(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port, CallsPerSecond=50)]).start()
    daemon.submit({"id": "reload", "language": "nl", "message": silence(3000)},
                  [(f"+31610{index:06d}", f"P-{index}") for index in range(5)])
    wait_until(lambda: len([m for m in sipp.messages() if m.method == "ACK"]) == 5, 20, "five answers")
    daemon.trunks = [Trunk("alfa", port, CallsPerSecond=12), Trunk("bravo", port, Priority=2)]
    daemon.write_configuration()
    daemon.process.signal(signals.SIGHUP)

    def trunks():
        return {reply["trunk"]["name"]: reply["trunk"] for reply in daemon.json("trunks") if "trunk" in reply}

    wait_until(lambda: "bravo" in trunks() and trunks()["bravo"]["standing"] == "not yet tried", 10, "the new trunk is there")
    assert trunks()["alfa"]["maximum-pace"] == 12
    # A broken file changes nothing, and says why.
    daemon.configuration.write_text("[Gateway]\nLogLevel=loud\n")
    daemon.process.signal(signals.SIGHUP)
    wait_until(lambda: "LogLevel" in daemon.log_text(), 10, "the complaint is logged")
    assert set(trunks()) == {"alfa", "bravo"}
    assert daemon.watch_to_end("reload", timeout=30)["outcomes"] == {"answered": 5}
    assert all(row["hangup_by"] == "gateway" and row["heard_percent"] == "100" for row in daemon.cdrs())


def test_a_reload_without_a_difference_says_so(make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2))]).start()
    wait_until(lambda: "ready" in daemon.log_text(), 10, "the daemon is ready")
    daemon.process.signal(signals.SIGHUP)
    said = "the configuration was read again; nothing has changed"
    wait_until(lambda: said in daemon.log_text(), 10, "the reload is logged")
    daemon.trunks.append(Trunk("bravo", ports.take(2)))
    daemon.write_configuration()
    daemon.process.signal(signals.SIGHUP)
    wait_until(lambda: "[Trunk bravo]: added" in daemon.log_text(), 10, "the change is logged")
    assert daemon.log_text().count(said) == 1


def test_an_answer_that_crosses_our_cancel(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "late-answer.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)], sections={"Call": {"RingTimeout": "1s", "NoResponseTimeout": "500ms"}})
    daemon.start()
    daemon.submit({"id": "late", "language": "nl", "message": silence(1000)}, [("+31610000001", "P-1")])
    summary = daemon.watch_to_end("late", timeout=30)
    # Who picked up is not called again by any rule; the operator may ask for it.
    assert summary["outcomes"] == {"interrupted": 1}
    (row,) = daemon.cdrs()
    assert (row["disposition"], row["own_reason"], row["hangup_by"]) == ("ANSWERED", "late-answer", "gateway")
    assert row["answer"]
    wait_until(lambda: len([m for m in sipp.messages() if m.method == "BYE"]) == 1, 5, "the BYE")
    assert len(sipp.invites()) == 1


def test_a_trunk_that_answers_nothing(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "phones.xml")
    processes.append(sipp)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        daemon = make_daemon([
            Trunk("silent", silent.getsockname()[1], Priority=1), Trunk("bravo", port, Priority=2),
        ], sections={"Call": {"NoResponseTimeout": "500ms"}}).start()
        daemon.submit({"id": "silent", "language": "nl", "message": silence(100)},
                      [(f"+31610{index:06d}", f"P-{index}") for index in range(10)])
        assert daemon.watch_to_end("silent", timeout=30)["outcomes"] == {"answered": 10}
        lost = [row for row in daemon.cdrs() if row["trunk"] == "silent"]
        assert lost and all((row["own_reason"], row["q850_cause"]) == ("no-response", "102") for row in lost)
        assert len(sipp.invites()) == 10


def test_strangers_are_not_answered(make_daemon, ports, processes, tmp_path):
    """A SIP request from an address that is no trunk's disappears; one from a trunk's is answered."""
    daemon = make_daemon([Trunk("alfa", ports.take(2), host="127.0.0.2")],
                         sections={"SIP": {"Bind": "0.0.0.0"}}).start()
    request = ("OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{port};rport\r\n"
               "From: <sip:a@b>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: {port}\r\nCSeq: 1 OPTIONS\r\n"
               "Max-Forwards: 5\r\nContent-Length: 0\r\n\r\n")
    answers = {}
    for host in ("127.0.0.1", "127.0.0.2"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind((host, 0))
            client.settimeout(1)
            port = client.getsockname()[1]
            client.sendto(request.format(host=host, port=port).encode(), ("127.0.0.1", daemon.sip_port))
            try:
                answers[host] = client.recv(4096).split(b"\r\n")[0]
            except TimeoutError:
                answers[host] = None
    assert answers == {"127.0.0.1": None, "127.0.0.2": b"SIP/2.0 200 OK"}
    assert os.path.exists(daemon.socket)
