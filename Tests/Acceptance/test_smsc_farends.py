# SPDX-License-Identifier: GPL-3.0-or-later
"""The message centres of support/smsc do what the other tests trust them for: each is tried by clients that neither we nor
its author wrote (smpplib and Perl's Net::SMPP)."""
import os
import re
import subprocess
import time

import pytest
import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
import smpplib.smpp
from support.process import wait_until
from support.smsc import (
    BENCHMARKS, DRIVE_SMPP, FAR_ENDS, DriveSmpp, NetSmpp, NetSmppBench, PortTaken, SmppCapture, assert_no_malformed)

TEXT = "Brand! Sluit ramen & deuren, bel bij nood 112. € [~] Größe " * 4


class Esme:
    """A client of smpplib that keeps what it reads."""

    def __init__(self, port, mode="transceiver", system_id="proef"):
        self.client = smpplib.client.Client("127.0.0.1", port, timeout=5, allow_unknown_opt_params=True)
        self.client.connect()
        self.delivered, self.responses = [], {}
        self.bound = getattr(self.client, f"bind_{mode}")(system_id=system_id, password="geheim")

    def send(self, name, **values):
        pdu = smpplib.smpp.make_pdu(name, client=self.client, **values)
        self.client.send_pdu(pdu)
        return pdu.sequence

    def submit(self, text="Sirene", destination="31612345678", **values):
        parts, coding, esm_class = smpplib.gsm.make_parts(text)
        return [self.send(
            "submit_sm", source_addr_ton=5, source_addr_npi=0, source_addr="NL-Alert", dest_addr_ton=1, dest_addr_npi=1,
            destination_addr=destination, data_coding=coding, esm_class=esm_class, short_message=part,
            **{"registered_delivery": 1, **values}) for part in parts]

    def read(self):
        pdu = self.client.read_pdu()
        if pdu.command == "deliver_sm":
            self.delivered.append(pdu)
            answer = smpplib.smpp.make_pdu("deliver_sm_resp", client=self.client)
            answer.sequence = pdu.sequence
            self.client.send_pdu(answer)
        elif pdu.command == "enquire_link":
            self.client._enquire_link_received(pdu)
        else:
            self.responses[pdu.sequence] = pdu
        return pdu

    def read_until(self, condition, seconds=8):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "nothing came that the test waits for"
            self.read()

    def answers(self, sequences):
        self.read_until(lambda: all(sequence in self.responses for sequence in sequences))
        return [self.responses[sequence] for sequence in sequences]

    def order(self):
        """Sequence numbers in the order of their responses."""
        return list(self.responses)

    def stop(self):
        self.client.disconnect()


@pytest.fixture
def esme(processes):
    def make(port, **values):
        made = Esme(port, **values)
        processes.append(made)
        return made

    return make


@pytest.fixture(params=FAR_ENDS, ids=lambda kind: kind.__name__)
def make_smsc(request, tmp_path, ports, processes):
    def make(**settings):
        made = request.param(tmp_path / "smsc", ports.take(), **settings)
        processes.append(made)
        return made

    return make


def perl_client(port, *options):
    output = subprocess.run(["perl", BENCHMARKS / "netsmpp_client.pl", str(port), *options], capture_output=True, text=True,
                            timeout=30)
    assert output.returncode == 0, output.stderr
    return output.stdout


def test_a_message_in_segments_is_read_and_receipted(make_smsc, esme, tmp_path, processes):
    smsc = make_smsc(receipt_delay=5)
    capture = SmppCapture(tmp_path / "capture", smsc.port)
    processes.append(capture)
    client = esme(smsc.port)
    smsc.wait_bound()
    bind = smsc.events("bind")[0]
    assert (bind["mode"], bind["system_id"], bind["password"], bind["interface_version"]) == ("transceiver", "proef", "geheim", 52)
    text = TEXT.replace("ß", "ss")
    sequences = client.submit(text, validity_period="000000010000000R", priority_flag=1, user_message_reference=513)
    answers = client.answers(sequences)
    assert len(sequences) > 1 and all(answer.status == 0 for answer in answers)
    assert smsc.messages() == {"31612345678": [text]}
    seen = smsc.submits()[0]
    assert seen["sequence"] == sequences[0] and seen["message_id"].encode() == answers[0].message_id
    assert (seen["source_addr"], seen["source_addr_ton"], seen["dest_addr_ton"], seen["dest_addr_npi"]) == ("NL-Alert", 5, 1, 1)
    assert (seen["validity_period"], seen["priority_flag"], seen["esm_class"]) == ("000000010000000R", 1, 0x40)
    assert seen["optional"] == {"user_message_reference": "0201"}
    assert seen["segment"]["total"] == len(sequences) and seen["segment"]["number"] == 1
    client.read_until(lambda: len(client.delivered) == len(sequences))
    receipts = {receipt.receipted_message_id: receipt for receipt in client.delivered}
    assert set(receipts) == {answer.message_id for answer in answers}
    receipt = receipts[answers[0].message_id]
    assert receipt.esm_class == 4 and receipt.message_state == 2 and receipt.destination_addr == b"NL-Alert"
    assert receipt.short_message.startswith(b"id:" + answers[0].message_id + b" sub:001 dlvrd:001 submit date:")
    smsc.wait_event("delivered", count=len(sequences))
    capture.finish()
    assert_no_malformed(capture.file, smsc.port)
    rows = capture.rows("smpp.sequence_number")
    assert [row["smpp.sequence_number"] for row in rows if row["smpp.command_id"] == 4] == [str(one) for one in sequences]


def test_receipts_of_every_kind(make_smsc, esme):
    smsc = make_smsc(outcome_of={"31600000001": "REJECTD"}, id_style="hex", id_start=0xABC0)
    client = esme(smsc.port)
    client.answers(client.submit(destination="31600000001"))
    client.read_until(lambda: len(client.delivered) == 1)
    assert client.delivered[0].message_state == 8 and client.delivered[0].receipted_message_id == b"abc0"
    smsc.set(receipt_format="text", receipt_order="before", receipt_id_style="decimal", id_style="HEX")
    sequence, = client.submit()
    client.read_until(lambda: sequence in client.responses)
    assert len(client.delivered) == 2, "the receipt came after the response"
    assert client.responses[sequence].message_id == b"ABC1"
    assert client.delivered[1].short_message.startswith(b"id:43969 ") and client.delivered[1].message_state is None
    smsc.set(receipt_format="payload", receipt_order="twice", receipt_id_style=None, id_style="padded")
    sequence, = client.submit()
    client.read_until(lambda: len(client.delivered) == 4)
    assert all(one.message_payload.startswith(b"id:0000043970 ") for one in client.delivered[2:])
    smsc.set(receipt_format="tlv", receipt_order="reversed", receipt_batch=3, id_style="decimal")
    sequences = client.submit() + client.submit() + client.submit()
    client.read_until(lambda: len(client.delivered) == 7)
    ids = [client.responses[sequence].message_id for sequence in sequences]
    assert [one.receipted_message_id for one in client.delivered[4:]] == ids[::-1]
    assert not client.delivered[4].short_message
    smsc.set(receipt_format="weird", receipt_order="after", receipts="always")
    client.submit(registered_delivery=0)
    client.read_until(lambda: len(client.delivered) == 8)
    assert re.match(rb"ID:\d+ Submit Date:\d{12} ", client.delivered[7].short_message)
    smsc.set(receipts="none")
    client.answers(client.submit())
    assert len(client.delivered) == 8


def test_receipts_come_on_another_bind(make_smsc, esme):
    smsc = make_smsc(receipt_bind="other")
    first, second = esme(smsc.port, mode="transmitter"), esme(smsc.port, mode="receiver")
    smsc.wait_bound(2)
    answer, = first.answers(first.submit())
    second.read_until(lambda: second.delivered)
    assert second.delivered[0].receipted_message_id == answer.message_id


def test_messages_from_phones(make_smsc, esme):
    smsc = make_smsc()
    client = esme(smsc.port)
    smsc.wait_bound()
    smsc.mo("31612345678", "1403", "STOP €")
    smsc.mo("31612345678", "1403", "Rook bij de Maas 🔥", data_coding=8, segments=2, reference=9)
    client.read_until(lambda: len(client.delivered) == 3)
    first, *parts = client.delivered
    assert (first.source_addr, first.destination_addr, first.short_message) == (b"31612345678", b"1403", b"STOP \x1be")
    assert [part.short_message[:6] for part in parts] == [b"\5\0\3\x09\2\1", b"\5\0\3\x09\2\2"]
    assert all(part.esm_class == 0x40 for part in parts)
    assert b"".join(part.short_message[6:] for part in parts).decode("utf-16-be") == "Rook bij de Maas 🔥"
    smsc.wait_event("delivered", count=3, where=lambda event: event["status"] == 0)


def test_refusals_and_silence(make_smsc, esme):
    smsc = make_smsc(throttle=5, queue_full=["31600000014"], status_of={"31600000011": 0x0B}, receipts="none")
    client = esme(smsc.port)
    statuses = [answer.status for answer in client.answers(sum((client.submit() for _ in range(8)), []))]
    assert statuses == [0] * 5 + [0x58] * 3
    assert smsc.most_in_a_second(status=0) == 5 and len(smsc.submits(status=0x58)) == 3
    smsc.set(throttle=0)
    numbers = client.submit(destination="31600000014") + client.submit(destination="31600000011")
    assert [answer.status for answer in client.answers(numbers)] == [0x14, 0x0B]
    smsc.set(drop_responses=1)
    lost, = client.submit(destination="31600000099")
    kept, = client.submit()
    client.answers([kept])
    assert lost not in client.responses and smsc.submits(sequence=lost)[-1]["answered"] is False
    smsc.set(reverse_responses=3, latency=5)
    sequences = client.submit() + client.submit() + client.submit()
    client.answers(sequences)
    assert client.order()[-3:] == sequences[::-1]
    smsc.set(refuse_bind=0x0E, reverse_responses=0)
    with pytest.raises(smpplib.exceptions.PDUError):
        esme(smsc.port)


def test_latency(make_smsc, esme):
    smsc = make_smsc(latency=200)
    client = esme(smsc.port)
    begin = time.monotonic()
    client.answers(client.submit() + client.submit())
    assert 0.19 < time.monotonic() - begin < 2


def test_links_are_lost(make_smsc, esme):
    smsc = make_smsc(receipts="none")
    client = esme(smsc.port)
    smsc.wait_bound()
    smsc.cut()
    with pytest.raises(smpplib.exceptions.ConnectionError):
        client.read()
    smsc.wait_event("close")
    smsc.set(cut_after=2, cut_mid_pdu=True)
    client = esme(smsc.port)
    client.answers(client.submit())
    client.submit()
    rest = b""
    with pytest.raises((ConnectionError, AssertionError)):
        while True:
            data = client.client._socket.recv(100)
            assert data
            rest += data
    assert 4 < len(rest) < int.from_bytes(rest[:4], "big"), "no half PDU"


def test_the_other_side_speaks_up(make_smsc, esme, tmp_path, ports):
    smsc = make_smsc()
    client = esme(smsc.port)
    smsc.wait_bound()
    smsc.enquire()
    assert client.read().command == "enquire_link"
    smsc.wait_event("enquired")
    smsc.alert("31612345678", "NL-Alert")
    alert = client.read()
    assert (alert.command, alert.source_addr, alert.esme_addr) == ("alert_notification", b"31612345678", b"NL-Alert")
    smsc.raw(bytes.fromhex("00000010ffffffff0000000000000063"))
    with pytest.raises(smpplib.exceptions.UnknownCommandError):
        client.read()
    client.send("enquire_link")
    client.read_until(lambda: any(one.command == "enquire_link_resp" for one in client.responses.values()))
    smsc.unbind()
    assert client.read().command == "unbind"


def test_a_black_hole_reads_nothing(make_smsc, esme):
    smsc = make_smsc(receipts="none")
    client = esme(smsc.port)
    smsc.wait_bound()
    smsc.black_hole()
    client.client._socket.settimeout(0.3)
    before = len(smsc.submits())
    client.submit()
    with pytest.raises(TimeoutError):
        client.read()
    assert len(smsc.submits()) == before
    smsc.black_hole(False)
    client.client._socket.settimeout(5)
    assert client.read().command == "submit_sm_resp"


def test_it_calls_the_client(make_smsc, ports):
    import socket
    smsc = make_smsc()
    with socket.socket() as listener:
        listener.settimeout(5)
        listener.bind(("127.0.0.1", ports.take()))
        listener.listen()
        smsc.outbind(listener.getsockname()[1])
        connection = listener.accept()[0]
        with connection:
            connection.settimeout(5)
            data = connection.recv(16, socket.MSG_WAITALL)
            assert data[4:8] == bytes.fromhex("0000000b")


def test_perl_client_with_receipts(make_smsc):
    smsc = make_smsc()
    output = perl_client(smsc.port, "--window", "10", "--messages", "200", "--receipts")
    assert "200 submits" in output and "(0 refused)" in output and "200 receipts" in output
    assert len(smsc.submits()) == 200
    assert len({event["message_id"] for event in smsc.submits()}) == 200


def test_everything_else_of_net_smpp(tmp_path, ports, processes):
    """The one that has submit_multi, replace_sm, query_sm, cancel_sm and data_sm; tried by its own client half."""
    smsc = NetSmpp(tmp_path / "smsc", ports.take(), status_of={"cancel_sm": 0x11})
    processes.append(smsc)
    script = r"""
        use strict; use Net::SMPP;
        my $c = Net::SMPP->new_transceiver('127.0.0.1', port => shift, system_id => 'x', password => 'y') or die;
        my @from = (source_addr_ton => 1, source_addr_npi => 1, source_addr => '31600000001');
        my @to = (dest_addr_ton => 1, dest_addr_npi => 1, destination_addr => '31600000002');
        my $r = $c->query_sm(message_id => '1', @from); print "query $r->{message_state}\n";
        $r = $c->cancel_sm(message_id => '1', @from, @to); print "cancel $r->{status}\n";
        $r = $c->replace_sm(message_id => '1', @from, short_message => 'Alles veilig'); print "replace $r->{status}\n";
        $r = $c->data_sm(@from, @to, message_payload => 'Sirene'); print "data $r->{message_id}\n";
        $r = $c->submit_multi(@from, destination_addr => ['31600000003', 'lijst'], dest_flag => [1, 2], short_message => 'x');
        print "multi $r->{message_id} $r->{no_unsuccess}\n";
        $c->unbind;
    """
    output = subprocess.run(["perl", "-e", script, str(smsc.port)], capture_output=True, text=True, timeout=20)
    assert output.stdout.splitlines() == ["query 2", "cancel 17", "replace 0", "data 1000", "multi 1001 0"], output.stderr
    assert smsc.events("submit_multi")[0]["destination_addr"] == ["31600000003", "lijst"]
    assert smsc.events("data_sm")[0]["text"] == "Sirene"
    assert smsc.events("replace_sm")[0]["short_message"] == b"Alles veilig".hex()


def test_the_fast_ones(tmp_path, ports, processes):
    bench = NetSmppBench(tmp_path / "bench", ports.take())
    processes.append(bench)
    assert "5000 submits" in perl_client(bench.port, "--messages", "5000", "--window", "50")
    wait_until(lambda: "5000 submits in" in bench.text(), 5, "Net::SMPP counts")


@pytest.mark.skipif(not os.path.exists(DRIVE_SMPP), reason="kannel-extras is not installed")
def test_drive_smpp(tmp_path, ports, processes):
    try:
        fast = DriveSmpp(tmp_path / "kannel", ports.take())
    except PortTaken as taken:
        pytest.skip(str(taken))
    processes.append(fast)
    assert "5000 submits" in perl_client(fast.port, "--messages", "5000", "--window", "50")
