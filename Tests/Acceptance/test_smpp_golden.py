# SPDX-License-Identifier: GPL-3.0-or-later
"""Wireshark's dissector, which we did not write, reads every golden PDU as we encode it: without complaint, as the command
that it is, and with the values that went in. The octets are those of Tests/SMPPTests/Golden/ours.json, which the Swift
test OwnPDUTests holds to what the encoder makes; nothing is built here."""
import json
import struct
import subprocess
from pathlib import Path

import pytest

PORT = 2775
CLIENT = 40000

# broadcast_rep_num has two octets (SMPP 5.0, as other implementations have it too); Wireshark 4.0 takes it for one and loses
# its way behind it, so that it is left out here.
REPETITIONS = 0x0604


def without(record, tag):
    """The record without that optional parameter."""
    data, kept = bytes.fromhex(record["hex"]), []
    for one in record["fields"]["optional"]:
        if one["tag"] == tag:
            value = bytes.fromhex(one["value"])
            data = data.replace(struct.pack(">HH", tag, len(value)) + value, b"")
        else:
            kept.append(one)
    data = struct.pack(">I", len(data)) + data[4:]
    return {**record, "hex": data.hex(), "fields": {**record["fields"], "optional": kept}}


RECORDS = [without(record, REPETITIONS) for record in json.loads(
    (Path(__file__).parents[1] / "SMPPTests" / "Golden" / "ours.json").read_text())]

# The fields that stand by themselves, as tshark names them; the others (bits of esm_class, times that it makes readable)
# are read by the tests of this file one by one.
PLAIN = {name: f"smpp.{name}" for name in (
    "command_id", "command_status", "sequence_number", "system_id", "password", "system_type", "interface_version",
    "service_type", "addr_ton", "addr_npi", "address_range", "source_addr_ton", "source_addr_npi", "source_addr",
    "dest_addr_ton", "dest_addr_npi", "destination_addr", "esme_addr_ton", "esme_addr_npi", "esme_addr", "protocol_id",
    "priority_flag", "replace_if_present_flag", "data_coding", "sm_default_msg_id", "message_id", "message_state",
    "error_code")}


def tshark(capture, *options):
    return subprocess.run(
        ["tshark", "-r", str(capture), "-d", f"tcp.port=={PORT},smpp", "-o", "tcp.check_checksum:FALSE", *options],
        check=True, capture_output=True, text=True).stdout


def write_pcap(path, segments):
    """One TCP connection, IPv4 without a link layer below it; a segment is (whether it comes from the SMSC, octets)."""
    sequence = {False: 1, True: 1}
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
        for number, (from_smsc, data) in enumerate(segments):
            ports = (PORT, CLIENT) if from_smsc else (CLIENT, PORT)
            tcp = struct.pack(">HHIIBBHHH", *ports, sequence[from_smsc], sequence[not from_smsc], 5 << 4, 0x18, 65535, 0, 0)
            sequence[from_smsc] += len(data)
            hosts = bytes([127, 0, 0, 2]), bytes([127, 0, 0, 1])
            source, destination = hosts if from_smsc else reversed(hosts)
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), number, 0x4000, 64, 6, 0, source, destination)
            packet = ip + tcp + data
            file.write(struct.pack("<IIII", 1_700_000_000, number, len(packet), len(packet)) + packet)
    return path


def octets(record):
    return bytes.fromhex(record["hex"])


def is_dissected(record):
    """Wireshark shows a response that says no by its header alone."""
    return record["fields"]["command_status"] == 0 or not is_response(record)


def is_response(record):
    return bool(record["fields"]["command_id"] & 0x80000000)


def is_from_smsc(record):
    """Responses and requests go against each other, so that the dissector can pair them."""
    return is_response(record) or record["pdu"] in ("deliver_sm", "outbind", "alert_notification")


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """One PDU in each segment."""
    path = tmp_path_factory.mktemp("golden") / "golden.pcap"
    return write_pcap(path, [(is_from_smsc(record), octets(record)) for record in RECORDS])


def rows(capture, *fields):
    options = ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"]
    for field in fields:
        options += ["-e", field]
    return [line.split("\t") for line in tshark(capture, *options).split("\n")[:-1]]


def test_no_complaint(capture):
    """Neither malformed nor any expert item of warning or error."""
    assert len(RECORDS) >= 33
    for display_filter in ("_ws.malformed", "smpp && _ws.expert.severity >= 0x600000", "!smpp"):
        complaint = tshark(capture, "-Y", display_filter)
        assert not complaint, f"{display_filter}:\n{complaint}"


def test_commands(capture):
    """The names of Wireshark, written our way."""
    infos = [row[0] for row in rows(capture, "_ws.col.Info")]
    assert len(infos) == len(RECORDS)
    for record, info in zip(RECORDS, infos):
        name = info.split(":")[0].split(" (")[0].lower().replace(" - resp", "_resp")
        assert name == record["pdu"], (record["name"], info)


def test_plain_fields(capture):
    """Every value that stands in the PDU, once or several times, is what Wireshark reads there."""
    seen = set()
    for record, row in zip(RECORDS, rows(capture, *PLAIN.values())):
        for (name, _), cell in zip(PLAIN.items(), row):
            fields = record["fields"]
            # In submit_multi and its response the addresses stand in groups.
            groups = fields.get("dest_address", []) + fields.get("unsuccess_sme", [])
            ours = [one[name] for one in groups if name in one] or ([fields[name]] if name in fields else [])
            if name == "command_status" and not is_response(record):
                ours = []
            if not is_dissected(record) and name not in ("command_id", "command_status", "sequence_number"):
                ours = []
            if name == "message_state":
                ours += [int(one["value"], 16) for one in fields["optional"] if one["tag"] == 0x0427]
            theirs = [int(one, 0) if ours and isinstance(ours[0], int) else one for one in cell.split("|")] if cell else []
            # Wireshark leaves empty strings out, but for this one.
            theirs = [one for one in theirs if one != "(Default)"]
            assert theirs == [one for one in ours if one != ""], (record["name"], name)
            seen.update([name] if theirs else [])
    assert seen == set(PLAIN), "a field that no golden PDU has tests nothing"


def test_text_and_parameters(capture):
    names = ("smpp.message", "smpp.opt_param_tag", "smpp.opt_param_len", "smpp.receipted_message_id",
             "smpp.user_message_reference", "smpp.sar_msg_ref_num", "smpp.SC_interface_version", "smpp.sm_length")
    found = dict.fromkeys(names, 0)
    for record, row in zip(RECORDS, rows(capture, *names)):
        fields, optional = record["fields"], record["fields"]["optional"]
        cells = dict(zip(names, row))
        for name in names:
            found[name] += bool(cells[name])
        assert cells["smpp.message"].replace(":", "") == fields.get("short_message", ""), record["name"]
        if cells["smpp.sm_length"]:
            assert int(cells["smpp.sm_length"]) == len(fields["short_message"]) // 2, record["name"]
        tags = [one["tag"] for one in optional] if is_dissected(record) else []
        assert [int(tag, 0) for tag in cells["smpp.opt_param_tag"].split("|") if tag] == tags, record["name"]
        lengths = [len(one["value"]) // 2 for one in optional] if is_dissected(record) else []
        assert [int(one) for one in cells["smpp.opt_param_len"].split("|") if one] == lengths, record["name"]
        values = {one["tag"]: one["value"] for one in optional}
        if 0x001E in values:
            assert cells["smpp.receipted_message_id"].encode().hex() + "00" == values[0x001E]
        for name, tag in (("smpp.user_message_reference", 0x0204), ("smpp.sar_msg_ref_num", 0x020C),
                          ("smpp.SC_interface_version", 0x0210)):
            if is_dissected(record) and tag in values:
                assert int(cells[name], 0) == int(values[tag], 16), (record["name"], name)
    assert all(found.values()), found


def test_bits(capture):
    """esm_class and registered_delivery, which Wireshark takes apart."""
    names = ("smpp.esm.submit.msg_mode", "smpp.esm.submit.msg_type", "smpp.esm.submit.features", "smpp.regdel.receipt",
             "smpp.regdel.notif")
    checked = 0
    for record, row in zip(RECORDS, rows(capture, *names)):
        if "esm_class" not in record["fields"]:
            continue
        esm, delivery = record["fields"]["esm_class"], record["fields"]["registered_delivery"]
        mode, kind, features, receipt, notification = (int(cell, 0) for cell in row)
        assert (mode, kind, features) == (esm & 3, esm >> 2 & 15, esm >> 6), record["name"]
        assert (receipt, notification) == (delivery & 3, delivery >> 4 & 1), record["name"]
        checked += 1
    assert checked >= 8


def test_stream(tmp_path):
    """All of them in one segment: command_length leads from each to the next."""
    path = write_pcap(tmp_path / "stream.pcap", [(False, b"".join(octets(record) for record in RECORDS))])
    [[commands]] = rows(path, "smpp.command_id")
    assert [int(one, 0) for one in commands.split("|")] == [record["fields"]["command_id"] for record in RECORDS]
    assert not tshark(path, "-Y", "_ws.malformed")
