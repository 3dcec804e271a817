# SPDX-License-Identifier: GPL-3.0-or-later
"""What message centres differ in: how long texts are cut, which alphabet stands behind data_coding 0, how many binds."""
import pytest

from support.daemon import Centre, Refused, sms
from support.process import wait_until
from support.smsc import NetSmpp, Smpp34

LONG = "Sirene: sluit ramen en deuren en luister naar de radio. " * 6
UMLAUT = "Überschwemmung in der Straße: à la minute, één tip. "


def send(make_daemon, smsc, text, **keys):
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, **keys)]).start()
    smsc.wait_bound()
    daemon.submit(sms("quirk", text=text, receipts=True), [("+31612345678", "P-1"), ("+31612345679", "P-2")])
    assert daemon.watch_to_end("quirk", timeout=30)["outcomes"] == {"delivered": 2}
    return daemon


@pytest.fixture
def make_centre(ports, processes, tmp_path):
    def make(**settings):
        smsc = NetSmpp(tmp_path / "smsc", ports.take(), **settings)
        processes.append(smsc)
        return smsc

    return make


@pytest.mark.parametrize("concatenation", ["udh8", "udh16", "sar", "payload"])
@pytest.mark.parametrize("text", [LONG.strip(), "Увага! Повітряна тривога 🔥. " * 8 + "Кінець"])
def test_long_texts_by_each_way(make_daemon, make_centre, concatenation, text):
    smsc = make_centre()
    daemon = send(make_daemon, smsc, text, Concatenation=concatenation)
    assert smsc.messages() == {"31612345678": [text], "31612345679": [text]}
    billed = {int(row["segments_accepted"]) for row in daemon.cdrs()}
    submits = len(smsc.submits()) // 2
    assert len(billed) == 1 and (submits == 1 if concatenation == "payload" else billed == {submits})


@pytest.mark.parametrize("alphabet, far", [("latin1", "latin-1"), ("ascii", "ascii"), ("gsm-unpacked", "gsm0338")])
def test_each_alphabet(make_daemon, make_centre, alphabet, far):
    smsc = make_centre(default_alphabet=far)
    send(make_daemon, smsc, UMLAUT.strip(), Alphabet=alphabet)
    assert smsc.messages() == {"31612345678": [UMLAUT.strip()], "31612345679": [UMLAUT.strip()]}


@pytest.mark.parametrize("far", [NetSmpp, Smpp34])
def test_a_clean_stop_warns_of_nothing(make_daemon, ports, processes, tmp_path, far):
    smsc = far(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    daemon = send(make_daemon, smsc, "Sirene: sluit ramen en deuren.")
    before = len(daemon.log_text())
    daemon.stop()
    lines = daemon.log_text()[before:].splitlines()
    assert any("bind down" in line and "reason=unbound" in line for line in lines), lines
    assert not [line for line in lines if " warning " in line or " error " in line], lines


def test_interface_version_3_3_sends_no_optional_parameter_and_addresses_as_told(make_daemon, make_centre):
    smsc = make_centre()
    daemon = send(
        make_daemon, smsc, "Sirene: sluit ramen en deuren.", InterfaceVersion="3.3", SourceTON=3, SourceNPI=8,
        DestinationTON=2, DestinationNPI=0)
    assert len(smsc.submits()) == 2
    for event in smsc.submits():
        assert not event["optional"], event
    assert all(row["message_references"] == "" for row in daemon.cdrs())


def test_several_binds_share_the_work(make_daemon, make_centre):
    smsc = make_centre(latency=10)
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, Binds=3, Window=5)]).start()
    smsc.wait_bound(3)
    daemon.submit(sms("shared"), [(f"+316100{index:05d}", f"P-{index}") for index in range(600)])
    assert daemon.watch_to_end("shared", timeout=30)["outcomes"] == {"sent": 600}
    by_bind = [bind["accepted"] for reply in daemon.json("smsc") if "smsc" in reply for bind in reply["smsc"]["binds"]]
    assert len(by_bind) == 3 and sum(by_bind) == 600 and min(by_bind) >= 100


def test_flash_priority_validity_schedule_and_replacement_are_on_the_wire(make_daemon, make_centre):
    smsc = make_centre()
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port)]).start()
    smsc.wait_bound()
    daemon.submit(
        sms("closing", text="Kind is terecht. Dank!", priority="life-threat",
            sms={"flash": True, "replace": True, "validity": 3600, "priority-flag": 2, "sender": "1403"}),
        [("+31612345678", "P-1")])
    daemon.watch_to_end("closing", timeout=20)
    submit = smsc.submits()[0]
    assert submit["data_coding"] == 0x10 and submit["replace_if_present_flag"] == 1
    assert submit["priority_flag"] == 2 and submit["validity_period"] == "000000010000000R"
    assert (submit["source_addr"], submit["source_addr_ton"], submit["dest_addr_ton"]) == ("1403", 3, 1)


def test_a_text_that_cannot_be_sent_is_refused_when_submitted(make_daemon, make_centre):
    smsc = make_centre()
    daemon = make_daemon([], centres=[Centre("alfa", smsc.port, MaximumSegments=2)]).start()
    with pytest.raises(Refused, match="segments"):
        daemon.submit(sms("too-long", text=LONG * 3), [("+31612345678", "P-1")])
    with pytest.raises(Refused, match="sender"):
        daemon.submit(sms("sender", sms={"sender": "Veel te lange naam"}), [("+31612345678", "P-1")])
    wait_until(lambda: not smsc.submits(), 1, "nothing left")
