#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls set up, journalled, played to and torn down by the whole daemon, against what pjsip-perf does with none of
that, both on core 0 against a server on core 1. Prints calls a second and their ratio."""
import os
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

BINARIES = sys.argv[1]
os.environ["BURGERNETD_BINARIES"] = BINARIES
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Acceptance"))

from support.daemon import Daemon, Trunk  # noqa: E402
from support.ports import PortAllocator  # noqa: E402
from support.process import Process  # noqa: E402

CALLS = 20000
# Closed loops both: so many calls at a time.
OUTSTANDING = 500
CHANNELS = 1000
# A pair of ports rests after each call.
RTP_PORTS = 16400
CPUS = ("0", "1") if os.cpu_count() > 1 else ("0", "0")


def rival(ports, directory):
    """pjsip-perf, client and server; calls a second."""
    server_port, client_port = ports.take(2), ports.take(2)
    server = Process(["taskset", "-c", CPUS[1], "pjsip-perf", "-p", server_port, "--real-sdp"], directory / "server.log",
                     # At the end of its input it would quit.
                     stdin=subprocess.PIPE)
    try:
        client = subprocess.run(
            ["taskset", "-c", CPUS[0], "pjsip-perf", "-m", "INVITE", f"--count={CALLS}", "-w", str(OUTSTANDING), "--real-sdp", "-p",
             str(client_port), f"sip:2@127.0.0.1:{server_port}"], capture_output=True, text=True, timeout=120)
    finally:
        server.kill()
    match = re.search(r"INVITE calls sent in (\d+) ms", client.stdout + client.stderr)
    if match:
        return CALLS * 1000 / int(match.group(1))
    raise SystemExit("pjsip-perf said no rate:\n" + client.stdout[-2000:])


def gateway(ports, directory):
    """The daemon against SIPp's built-in UAS; calls a second from the first INVITE to the last BYE, and CPU per call."""
    # Before all others: so many in a row are found as long as nothing is in between.
    rtp = ports.take_range(RTP_PORTS)
    port = ports.take(2)
    sipp = Process(["taskset", "-c", CPUS[1], "sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", port, "-nostdin"],
                   directory / "sipp.log", cwd=directory)
    recordings = directory / "recordings"
    recordings.mkdir()
    # 0.1 s: five packets.
    with wave.open(str(recordings / "tick.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x20\x00\xe0" * 400)
    daemon = Daemon(directory / "daemon", ports, [Trunk("alfa", port, CallsPerSecond=10000, Channels=CHANNELS)],
                    sections={"Gateway": {"RecordingsDirectory": recordings}, "Call": {"ListenAfterMessage": "0s"},
                              "RTP": {"Ports": f"{rtp}-{rtp + RTP_PORTS - 1}"}})
    try:
        daemon.start()
        subprocess.run(["taskset", "-acp", CPUS[0], str(daemon.process.pid)], capture_output=True, check=True)
        daemon.submit({"id": "bench", "language": "nl", "message": [{"recording": "tick.wav"}]},
                      [(f"+316{index:08d}", f"P-{index}") for index in range(CALLS)])
        daemon.watch_to_end("bench", timeout=120)
        rows = daemon.cdrs()
        status = daemon.json("status")[-1]["status"]
        fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        daemon.stop()
        sipp.kill()
    from datetime import datetime
    first = min(datetime.fromisoformat(row["start"][:-1]) for row in rows)
    last = max(datetime.fromisoformat(row["end"][:-1]) for row in rows)
    assert all(row["disposition"] == "ANSWERED" for row in rows), "calls were lost"
    return len(rows) / (last - first).total_seconds(), cpu / len(rows), status


with tempfile.TemporaryDirectory() as name:
    base, ports = Path(name), PortAllocator()
    (base / "rival").mkdir()
    (base / "gateway").mkdir()
    floor = rival(ports, base / "rival")
    ports.close()
    rate, cpu, status = gateway(ports, base / "gateway")
print(f"pjsip-perf           {floor:8.0f} calls/s")
print(f"burgernetd           {rate:8.0f} calls/s, {cpu * 1000:.2f} ms of CPU a call (0.1 s of audio each, {CHANNELS} channels)")
print(f"ratio                {rate / floor:8.2f}")
print(f"commits              {status['turns']['commits']} of {status['turns']['records']} changes, "
      f"mean {status['turns']['mean-commit-us']} us")
