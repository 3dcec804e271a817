# SPDX-License-Identifier: GPL-3.0-or-later
"""A real softphone hears what was rendered; keys pressed on it stand in the CDR."""
import statistics
import subprocess

import pytest

from support.capture import Capture
from support.daemon import Trunk, action, silence
from support.process import wait_until
from support.sipp import Sipp
from support.softphone import Softphone, correlation, read_wav

TEXT = "Hier volgt een oproep voor Burgernet. Wilt u uitkijken naar een jongen van zes jaar met een rode jas?"


@pytest.mark.parametrize("codec, address", [("PCMA", "127.0.0.1"), ("PCMU", "127.0.0.1"), ("PCMA", "::1")])
def test_what_the_citizen_hears(make_daemon, ports, processes, tmp_path, codec, address):
    phone = Softphone(tmp_path / "phone", ports, codec, address)
    processes.append(phone)
    host = f"[{address}]" if ":" in address else address
    # What else the machine does must not delay packets, where that may be asked for.
    daemon = make_daemon(
        [Trunk("alfa", phone.port, host=address)],
        sections={"RTP": {"RealtimePriority": 10}, **({"SIP": {"BindIPv6": "::1"}} if ":" in address else {})}).start()
    capture = Capture(tmp_path / "capture", f"udp portrange {daemon.rtp_first}-{daemon.rtp_first + 999}")
    processes.append(capture)
    message = action("heard", TEXT)
    message["message"] = [{"recording": "opening"}, {"pause": 300}, {"text": TEXT}, {"recording": "press-1-again"}]
    daemon.submit(message, [("0612345678", "P-1")])
    summary = daemon.watch_to_end("heard", timeout=90)
    assert summary["outcomes"] == {"answered": 1}, (host, daemon.cdrs())

    rendered = tmp_path / "rendered.wav"
    daemon.ctl("prompt", "render", "--message", daemon.directory / "submissions" / "heard.json", "--output", rendered)
    prompt = read_wav(rendered)
    wait_until(lambda: len(list(phone.recordings.glob("*-dec.wav"))) == 1, 5, "the recording is there")
    value, _ = correlation(prompt, phone.heard())
    assert value >= 0.99, value

    (row,) = daemon.cdrs()
    assert row["codec"] == codec
    assert row["heard_percent"] == "100"
    assert abs(int(row["heard_ms"]) - len(prompt) / 8) <= 20
    assert row["hangup_by"] == "gateway"

    capture.stop()
    first, last = phone.rtp_ports
    rows = capture.fields(
        f"rtp && udp.dstport >= {first} && udp.dstport <= {last}", "frame.time_epoch", "rtp.seq", "rtp.ssrc",
        "rtp.timestamp", "rtp.p_type", "rtp.marker",
        decode=[f"udp.port=={port},rtp" for port in range(first, last, 2)])
    assert len({ssrc for _, _, ssrc, *_ in rows}) == 1
    assert {payload for *_, payload, _ in rows} == {"8" if codec == "PCMA" else "0"}
    sequence = [int(one[1]) for one in rows]
    assert all((later - earlier) % 65536 == 1 for earlier, later in zip(sequence, sequence[1:]))
    stamps = [int(one[3]) for one in rows]
    assert all((later - earlier) % 2**32 == 160 for earlier, later in zip(stamps, stamps[1:]))
    assert [one[5] in ("1", "True") for one in rows].count(True) == 1
    times = [float(one[0]) for one in rows]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    # One packet every 20 ms; a shared machine may delay one now and then.
    assert abs(statistics.mean(gaps) - 0.020) < 0.0005
    assert sorted(gaps)[int(len(gaps) * 0.95)] < 0.030
    assert len(rows) == int(row["packets_sent"])
    assert row["skipped"] == "0" and 0 <= int(row["late_mean_us"]) <= int(row["late_max_us"])
    reports = capture.fields("rtcp", "rtcp.pt", decode=[f"udp.port=={port + 1},rtcp" for port in range(first, last, 2)])
    assert any("200" in kinds for (kinds,) in reports), "no RTCP sender report"


def test_keys_of_a_softphone_are_recorded(make_daemon, ports, processes, tmp_path):
    phone = Softphone(tmp_path / "phone", ports)
    processes.append(phone)
    daemon = make_daemon([Trunk("alfa", phone.port)]).start()
    daemon.submit(
        {"id": "keys", "language": "nl", "keys": {"2": "confirm"}, "message": silence(3000)},
        [("0612345678", "P-1")])
    wait_until(lambda: "Call established" in phone.text(), 20, "the call is up")
    for pressed, key in enumerate(["2", "5", "#"], start=1):
        phone.press(key)
        phone.press("\x04")
        wait_until(lambda: phone.text().count("send DTMF digit end") >= pressed, 10, f"key {key} is sent")
    summary = daemon.watch_to_end("keys", timeout=60)
    (row,) = daemon.cdrs()
    # The microphone's packets are counted, though the kernel drops them before they wake anybody.
    assert int(row["packets_received"]) > 50
    assert row["keys"] == "25#"
    assert summary["outcomes"] == {"confirmed": 1}


@pytest.mark.parametrize("is_resumed", [True, False])
def test_a_softphone_puts_the_call_on_hold(make_daemon, ports, processes, tmp_path, is_resumed):
    phone = Softphone(tmp_path / "phone", ports)
    processes.append(phone)
    daemon = make_daemon([Trunk("alfa", phone.port)], sections={"Call": {"HoldTimeout": "2s"}}).start()
    daemon.submit({"id": "hold", "language": "nl", "message": silence(3000)}, [("0612345678", "P-1")])
    wait_until(lambda: "Call established" in phone.text(), 20, "the call is up")
    phone.press("x")
    wait_until(lambda: "hold" in phone.text(), 10, "the call is on hold")
    if is_resumed:
        phone.press("X")
    outcomes = daemon.watch_to_end("hold", timeout=60)["outcomes"]
    (row,) = daemon.cdrs()
    assert outcomes == ({"answered": 1} if is_resumed else {"interrupted": 1})
    assert row["own_reason"] == ("requested" if is_resumed else "held")
    assert (row["heard_ms"] == row["prompt_ms"]) == is_resumed


def test_keys_by_info(make_daemon, ports, processes, tmp_path):
    port = ports.take(2)
    sipp = Sipp(tmp_path, port, "info-keys.xml")
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", port)]).start()
    daemon.submit({"id": "info", "language": "nl", "message": silence(3000)}, [("0612345678", "P-1")])
    daemon.watch_to_end("info", timeout=60)
    (row,) = daemon.cdrs()
    assert row["keys"] == "7*"
    replies = [m.status for m in sipp.messages() if not m.sent and m.status and "INFO" in m.cseq]
    assert replies == [200, 200]


def test_prompt_render_is_at_telephone_level(make_daemon, ports, tmp_path):
    daemon = make_daemon([Trunk("alfa", ports.take(2))]).start()
    output = tmp_path / "prompt.wav"
    daemon.ctl("prompt", "render", "--text", TEXT, "--output", output)
    samples = read_wav(output)
    assert 4 * 8000 < len(samples) < 20 * 8000
    peak = abs(samples).max() / 32768
    assert 0.1 < peak <= 0.75, peak
    statistics_text = subprocess.run(["sox", output, "-n", "stats"], capture_output=True, text=True).stderr
    assert "RMS" in statistics_text
