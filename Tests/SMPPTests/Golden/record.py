#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden bytes: the same PDUs as encoded by SMPP implementations that we did not write, with the values that went in.

    python3 Tests/SMPPTests/Golden/record.py

Needs the Python packages smpp34, smpp.pdu3 and smpplib and Debian's libnet-smpp-perl and tshark. Writes
recorded/LIBRARY.json, each a list of {"from", "pdu", "case", "hex", "fields"}. In "fields" integers and C-octet
strings stand as they are, octet strings (short_message and the values of the optional parameters, in their order on the
wire) as hex. What a library cannot encode, or encodes wrongly, is left out and said on standard output. No library known
to us makes the broadcast_* PDUs of SMPP 5.0."""
import asyncio
import io
import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent / "recorded"

COMMANDS = {
    "bind_receiver": 0x1, "bind_transmitter": 0x2, "query_sm": 0x3, "submit_sm": 0x4, "deliver_sm": 0x5, "unbind": 0x6,
    "replace_sm": 0x7, "cancel_sm": 0x8, "bind_transceiver": 0x9, "outbind": 0xB, "enquire_link": 0x15,
    "submit_multi": 0x21, "alert_notification": 0x102, "data_sm": 0x103, "generic_nack": 0x80000000}
COMMANDS.update({name + "_resp": value | 0x80000000 for name, value in list(COMMANDS.items())
                 if name not in ("outbind", "alert_notification", "generic_nack")})

TAGS = {
    "source_network_type": 0x000E, "dest_network_type": 0x0006, "qos_time_to_live": 0x0017, "payload_type": 0x0019,
    "additional_status_info_text": 0x001D, "receipted_message_id": 0x001E, "privacy_indicator": 0x0201,
    "user_message_reference": 0x0204, "source_port": 0x020A, "destination_port": 0x020B, "sar_msg_ref_num": 0x020C,
    "language_indicator": 0x020D, "sar_total_segments": 0x020E, "sar_segment_seqnum": 0x020F,
    "sc_interface_version": 0x0210, "callback_num": 0x0381, "ms_availability_status": 0x0422,
    "network_error_code": 0x0423, "message_payload": 0x0424, "delivery_failure_reason": 0x0425,
    "more_messages_to_send": 0x0426, "message_state": 0x0427}


def u8(value):
    return bytes([value])


def u16(value):
    return value.to_bytes(2, "big")


def case(pdu, sequence, name="plain", status=0, optional=(), **fields):
    return {"pdu": pdu, "case": name, "status": status, "sequence": sequence, "fields": fields, "optional": list(optional)}


def message(**changes):
    fields = {
        "service_type": "", "source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "NL-Alert", "dest_addr_ton": 1,
        "dest_addr_npi": 1, "destination_addr": "31612345678", "esm_class": 0, "protocol_id": 0, "priority_flag": 0,
        "schedule_delivery_time": "", "validity_period": "", "registered_delivery": 0, "replace_if_present_flag": 0,
        "data_coding": 0, "sm_default_msg_id": 0, "short_message": b"Sirene"}
    fields.update(changes)
    return fields


BIND = {"system_id": "burgernet", "password": "geheim12", "system_type": "ALERT", "interface_version": 0x34, "addr_ton": 1,
        "addr_npi": 1, "address_range": "^3161"}
FROM = {"source_addr_ton": 1, "source_addr_npi": 1, "source_addr": "31687654321"}
TO = {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "31612345678"}
PAYLOAD = bytes(range(256)) + b"n" * 44
UCS2 = "Gevaar! \U0001F6A8 é€".encode("utf-16-be")
RECEIPT = (b"id:0123456789 sub:001 dlvrd:001 submit date:2610011200 done date:2610011201 stat:DELIVRD err:000 "
           b"text:Sirene")

CASES = [
    case("bind_transmitter", 1, **BIND),
    case("bind_receiver", 2, **BIND),
    case("bind_transceiver", 3, **BIND),
    case("bind_transceiver", 4, "empty", **dict(BIND, system_id="x", password="", system_type="", addr_ton=0, addr_npi=0,
                                                address_range="")),
    case("bind_transmitter_resp", 1, system_id="SMSC", optional=[("sc_interface_version", u8(0x34))]),
    case("bind_receiver_resp", 2, system_id="SMSC", optional=[("sc_interface_version", u8(0x34))]),
    case("bind_transceiver_resp", 3, system_id="SMSC", optional=[("sc_interface_version", u8(0x34))]),
    case("bind_transceiver_resp", 4, "no version", system_id="SMSC"),
    case("outbind", 5, system_id="SMSC", password="geheim12"),
    case("unbind", 6),
    case("unbind_resp", 6),
    case("enquire_link", 7),
    case("enquire_link_resp", 7),
    case("enquire_link", 0x7FFFFFFF, "last sequence number"),
    case("generic_nack", 8, status=3),
    case("submit_sm", 9, **message()),
    case("submit_sm", 10, "empty", **message(source_addr_ton=0, source_addr="", short_message=b"")),
    case("submit_sm", 11, "everything", **message(
        service_type="CMT", source_addr_ton=1, source_addr_npi=1, source_addr="31687654321", esm_class=0x03,
        protocol_id=0x41, priority_flag=3, schedule_delivery_time="261001120000004+", validity_period="000000010000000R",
        registered_delivery=0x11, replace_if_present_flag=1, data_coding=8, sm_default_msg_id=7, short_message=UCS2)),
    case("submit_sm", 12, "UDH, part 2 of 3", **message(
        esm_class=0x40, registered_delivery=1, short_message=b"\x05\x00\x03\x2a\x03\x02" + b"deel twee \x1be 5")),
    case("submit_sm", 13, "UDH, 16-bit reference", **message(
        esm_class=0x40, data_coding=8, short_message=b"\x06\x08\x04\x12\x34\x02\x01" + UCS2)),
    case("submit_sm", 14, "sar", **message(), optional=[
        ("sar_msg_ref_num", u16(0x0102)), ("sar_total_segments", u8(3)), ("sar_segment_seqnum", u8(2))]),
    case("submit_sm", 15, "message_payload", **message(short_message=b""), optional=[("message_payload", PAYLOAD)]),
    case("submit_sm", 16, "TLVs", **message(), optional=[
        ("user_message_reference", u16(0xBEEF)), ("source_port", u16(9200)), ("destination_port", u16(9201)),
        ("more_messages_to_send", u8(1)), ("payload_type", u8(0)), ("privacy_indicator", u8(1)),
        ("callback_num", b"\x01\x01\x01" + b"31201234567"), ("language_indicator", u8(0))]),
    case("submit_sm", 17, "longest short_message", **message(short_message=(b"0123456789" * 26)[:254])),
    case("submit_sm_resp", 9, message_id="0123456789"),
    case("submit_sm_resp", 10, "longest id", message_id="f" * 64),
    case("submit_sm_resp", 11, "throttled", status=0x58),
    case("deliver_sm", 20, "MO", **message(
        source_addr_ton=1, source_addr_npi=1, source_addr="31612345678", dest_addr_ton=3, dest_addr_npi=0,
        destination_addr="1403", short_message=b"STOP")),
    case("deliver_sm", 21, "receipt", **message(
        source_addr_ton=1, source_addr_npi=1, source_addr="31612345678", dest_addr_ton=5, dest_addr_npi=0,
        destination_addr="NL-Alert", esm_class=0x04, short_message=RECEIPT)),
    case("deliver_sm", 22, "receipt with TLVs", **message(
        source_addr_ton=1, source_addr_npi=1, source_addr="31612345678", dest_addr_ton=5, dest_addr_npi=0,
        destination_addr="NL-Alert", esm_class=0x04, short_message=RECEIPT), optional=[
            ("network_error_code", b"\x03\x00\x0b"), ("message_state", u8(2)),
            ("receipted_message_id", b"0123456789\0")]),
    case("deliver_sm", 23, "receipt, TLVs only", **message(
        source_addr_ton=1, source_addr_npi=1, source_addr="31612345678", dest_addr_ton=5, dest_addr_npi=0,
        destination_addr="NL-Alert", esm_class=0x04, short_message=b""), optional=[
            ("message_state", u8(5)), ("receipted_message_id", b"ABCdef\0")]),
    case("deliver_sm_resp", 20, message_id=""),
    case("data_sm", 30, service_type="", **FROM, **TO, esm_class=0, registered_delivery=1, data_coding=8, optional=[
        ("message_payload", UCS2)]),
    case("data_sm", 31, "TLVs", service_type="WAP", **FROM, **TO, esm_class=0x40, registered_delivery=0, data_coding=4,
         optional=[("source_network_type", u8(1)), ("dest_network_type", u8(1)), ("qos_time_to_live", (3600).to_bytes(4, "big")),
                   ("message_payload", b"\x06\x05\x04\x0b\x84\x23\xf0wap")]),
    case("data_sm_resp", 30, message_id="77"),
    case("data_sm_resp", 31, "TLVs", message_id="", status=0xFE, optional=[
        ("delivery_failure_reason", u8(1)), ("network_error_code", b"\x03\x00\x15"),
        ("additional_status_info_text", b"absent subscriber\0")]),
    case("query_sm", 40, message_id="0123456789", **FROM),
    case("query_sm_resp", 40, message_id="0123456789", final_date="261001120100004+", message_state=2, error_code=0),
    case("query_sm_resp", 41, "under way", message_id="0123456789", final_date="", message_state=1, error_code=0),
    case("cancel_sm", 42, service_type="CMT", message_id="0123456789", **FROM, **TO),
    case("cancel_sm", 43, "all to one number", service_type="", message_id="", **FROM, **TO),
    case("cancel_sm_resp", 42),
    case("cancel_sm_resp", 43, "failed", status=0x11),
    case("replace_sm", 44, message_id="0123456789", **FROM, schedule_delivery_time="", validity_period="000000010000000R",
         registered_delivery=1, sm_default_msg_id=0, short_message=b"Alles veilig"),
    case("replace_sm_resp", 44),
    case("submit_multi", 45, service_type="", source_addr_ton=5, source_addr_npi=0, source_addr="NL-Alert",
         dest_address=[{"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "31612345678"},
                       {"dest_flag": 2, "dl_name": "buurtwacht"},
                       {"dest_flag": 1, "dest_addr_ton": 2, "dest_addr_npi": 8, "destination_addr": "0612345679"}],
         esm_class=0, protocol_id=0, priority_flag=1, schedule_delivery_time="", validity_period="", registered_delivery=1,
         replace_if_present_flag=0, data_coding=0, sm_default_msg_id=0, short_message=b"Sirene", optional=[
             ("user_message_reference", u16(7))]),
    case("submit_multi_resp", 45, message_id="88", unsuccess_sme=[
        {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "31612345678", "error_status_code": 0x0B},
        {"dest_addr_ton": 2, "dest_addr_npi": 8, "destination_addr": "0612345679", "error_status_code": 0x14}]),
    case("alert_notification", 50, source_addr_ton=1, source_addr_npi=1, source_addr="31612345678", esme_addr_ton=5,
         esme_addr_npi=0, esme_addr="NL-Alert", optional=[("ms_availability_status", u8(0))]),
]


def entry(source, item, data, order=None):
    """One golden record; the values are those given to the encoder, never read back from the bytes."""
    fields = {"command_id": COMMANDS[item["pdu"]], "command_status": item["status"], "sequence_number": item["sequence"]}
    for name, value in item["fields"].items():
        fields[name] = value.hex() if isinstance(value, bytes) else value
    optional = item["optional"]
    if order:
        optional = sorted(optional, key=lambda parameter: order.index(parameter[0]))
    fields["optional"] = [{"name": name, "tag": TAGS[name], "value": value.hex()} for name, value in optional]
    return {"from": source, "pdu": item["pdu"], "case": item["case"], "hex": data.hex(), "fields": fields}


class Cannot(Exception):
    """The library has no means for this case."""


# -- Net::SMPP

NET_SMPP = r"""
use strict; use warnings; use JSON::PP; use Symbol;
package Recorder; use Net::SMPP; our @ISA = ('Net::SMPP'); our $bytes;
# Everything that Net::SMPP sends goes through this one method.
sub syswrite { $bytes = $_[1]; length $_[1] }
package main;
my $me = bless Symbol::gensym(), 'Recorder';
${*$me}{$_} = Net::SMPP::Default->{$_} for keys %{Net::SMPP::Default()};
$me->set_version(0x34);
while (my $line = <STDIN>) {
    my $request = decode_json($line);
    my @arguments = @{$request->{arguments}};
    for (my $i = 1; $i < @arguments; $i += 2) {
        if (ref $arguments[$i] eq 'HASH') { $arguments[$i] = pack 'H*', $arguments[$i]{hex} }
    }
    my $method = $request->{method};
    $Recorder::bytes = '';
    eval { $me->$method(@arguments); 1 } or do { print encode_json({error => "$@"}), "\n"; next };
    print encode_json({hex => unpack('H*', $Recorder::bytes)}), "\n";
}
print encode_json({version => "$Net::SMPP::VERSION"}), "\n";
"""


def netsmpp_arguments(item):
    arguments = ["async", 1, "seq", item["sequence"]]
    response = item["pdu"].endswith("_resp") or item["pdu"] == "generic_nack"
    if response:
        arguments += ["status", item["status"]]
    fields = dict(item["fields"])
    if item["pdu"] == "submit_multi":
        destinations = fields.pop("dest_address")
        arguments += ["dest_flag", [one["dest_flag"] for one in destinations],
                      "dest_addr_ton", [one.get("dest_addr_ton", 0) for one in destinations],
                      "dest_addr_npi", [one.get("dest_addr_npi", 0) for one in destinations],
                      "destination_addr", [one.get("destination_addr") or one["dl_name"] for one in destinations]]
    if item["pdu"] == "submit_multi_resp":
        failed = fields.pop("unsuccess_sme")
        for name in ("dest_addr_ton", "dest_addr_npi", "destination_addr", "error_status_code"):
            arguments += [name, [one[name] for one in failed]]
    if item["pdu"] == "submit_sm_resp" and item["status"]:
        raise Cannot("always gives submit_sm_resp a message_id")
    if item["pdu"] == "outbind":
        # Its outbind keeps to the library's own argument list only without async.
        arguments = ["seq", item["sequence"]]
    for name, value in fields.items():
        arguments += [name, {"hex": value.hex()} if isinstance(value, bytes) else value]
    for name, value in item["optional"]:
        arguments += [name, {"hex": value.hex()}]
    return arguments


def record_netsmpp(skipped):
    requests, items = [], []
    for item in CASES:
        try:
            requests.append(json.dumps({"method": item["pdu"], "arguments": netsmpp_arguments(item)}))
            items.append(item)
        except Cannot as reason:
            skipped(item, reason)
    output = subprocess.run(["perl", "-e", NET_SMPP], input="\n".join(requests) + "\n", capture_output=True, text=True,
                            check=True).stdout
    answers = [json.loads(line) for line in output.splitlines()]
    source = f"Net::SMPP {answers.pop()['version']}"
    for item, answer in zip(items, answers):
        if answer.get("hex"):
            yield entry(source, item, bytes.fromhex(answer["hex"]))
        else:
            skipped(item, answer.get("error", "nothing written").strip())


# -- smpp.pdu3

def record_pdu3(skipped):
    from smpp.pdu import operations, pdu_encoding, pdu_types
    source = f"smpp.pdu3 {version('smpp.pdu3')}"
    encoder = pdu_encoding.PDUEncoder()
    for item in CASES:
        try:
            kind = operations.getPDUClass(getattr(pdu_types.CommandId, item["pdu"]))
            encoders = dict(encoder.DefaultRequiredParamEncoders)
            encoders.update(encoder.CustomRequiredParamEncoders.get(kind.commandId, {}))
            parameters = {}
            for name in kind.mandatoryParams:
                if name not in encoders:
                    raise Cannot(f"has no encoder for {name}")
                if name not in item["fields"]:
                    continue
                value = item["fields"][name]
                if name == "short_message":
                    parameters[name] = value
                elif isinstance(value, int):
                    # Its own reader makes the enumerations that its writer wants.
                    parameters[name] = encoders[name].decode(io.BytesIO(bytes([value])))
                elif "time" in name or name in ("validity_period", "final_date"):
                    parameters[name] = encoders[name].decode(io.BytesIO(value.encode() + b"\0")) if value else None
                else:
                    parameters[name] = value.encode() if value else None
            for name, value in item["optional"]:
                if name not in kind.optionalParams:
                    raise Cannot(f"allows no {name} there")
                tag = getattr(pdu_types.Tag, name)
                if tag not in encoder.optionEncoder.options:
                    raise Cannot(f"has no encoder for {name}")
                encoder.optionEncoder.length = len(value)
                parameters[name] = encoder.optionEncoder.options[tag].decode(io.BytesIO(value))
            status = encoder.HeaderEncoders["command_status"]._decode(item["status"].to_bytes(4, "big"))
            pdu = kind(item["sequence"], status, **parameters)
            data = encode_pdu3(encoder, pdu, item)
            yield entry(source, item, data, kind.optionalParams)
        except (Cannot, KeyError) as reason:
            skipped(item, reason)


def encode_pdu3(encoder, pdu, item):
    """Its octet-string encoders check a value's length against that of the option last read."""
    sizes = dict(item["optional"])
    original = encoder.optionEncoder.encode

    def encode(option, name=""):
        encoder.optionEncoder.length = len(sizes[option.tag.name])
        return original(option, name)

    encoder.optionEncoder.encode = encode
    try:
        return encoder.encode(pdu)
    finally:
        del encoder.optionEncoder.encode


# -- smpplib

def record_smpplib(skipped):
    from smpplib import command, exceptions, smpp
    from smpplib.ptypes import ostr
    source = f"smpplib {version('smpplib')}"

    class Numbers:
        sequence = 1

        def next_sequence(self):
            return self.sequence

    for item in CASES:
        try:
            pdu = smpp.make_pdu(item["pdu"], client=Numbers(), status=item["status"])
            pdu.sequence = item["sequence"]
            for name, value in item["fields"].items():
                setattr(pdu, name, value)
            for name, value in item["optional"]:
                parameter = pdu.params.get(name)
                if parameter is None:
                    raise Cannot(f"allows no {name} there")
                if parameter.type is int:
                    if parameter.size != len(value):
                        raise Cannot(f"gives {name} {parameter.size} octets")
                    value = int.from_bytes(value, "big")
                elif parameter.type is ostr:
                    pass
                elif hasattr(parameter, "max"):
                    value = value[:-1].decode()
                setattr(pdu, name, value)
            if item["pdu"] == "data_sm_resp" and item["optional"]:
                raise Cannot("gives delivery_failure_reason and network_error_code a final NUL")
            if item["pdu"] == "query_sm_resp" and not isinstance(pdu, command.QuerySMResp):
                raise Cannot("knows no query_sm_resp")
            if item["pdu"] == "submit_sm_resp" and item["status"]:
                raise Cannot("always gives submit_sm_resp a message_id")
            order = [name for name in pdu.params_order if name in TAGS]
            yield entry(source, item, pdu.generate(), order)
        except (Cannot, exceptions.UnknownCommandError) as reason:
            skipped(item, reason)


# -- smpp34

def record_smpp34(skipped):
    import smpp34
    source = f"smpp34 {version('smpp34')}"
    done = set()
    for item in CASES:
        kind = {"submit_sm": smpp34.SubmitSm, "deliver_sm": smpp34.DeliverSm}.get(item["pdu"])
        if kind:
            fields = dict(item["fields"])
            done.add((item["pdu"], item["case"]))
            yield entry(source, item, kind(**fields, tlvs=[smpp34.Tlv(TAGS[name], value) for name, value in item["optional"]],
                                           sequence_number=item["sequence"]).encode())
    # For the others it has no encoder that Python can call, so they are taken off the wire.
    for item, data in asyncio.run(wire_smpp34(smpp34)):
        done.add((item["pdu"], item["case"]))
        yield entry(source, item, data)
    for item in CASES:
        if (item["pdu"], item["case"]) not in done and item["pdu"] not in {pdu for pdu, _ in done}:
            skipped(item, "cannot be made to send one")


async def read_pdu(reader):
    head = await asyncio.wait_for(reader.readexactly(4), 5)
    return head + await asyncio.wait_for(reader.readexactly(int.from_bytes(head, "big") - 4), 5)


def from_smpplib(name, sequence, **fields):
    """What the other side says during the recording, in smpplib's bytes."""
    from smpplib import smpp
    pdu = smpp.make_pdu(name, client=type("Numbers", (), {"sequence": 1, "next_sequence": lambda self: 1})(), status=0)
    pdu.sequence = sequence
    for field, value in fields.items():
        setattr(pdu, field, value)
    return pdu.generate()


async def wire_smpp34(smpp34):
    found = []
    queue = asyncio.Queue()

    async def accept(reader, writer):
        await queue.put((reader, writer))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    for kind, bind in (("TX", "bind_transmitter"), ("RX", "bind_receiver"), ("TRX", "bind_transceiver")):
        client = smpp34.Client("127.0.0.1", port, BIND["system_id"], BIND["password"], bind_type=kind,
                               system_type=BIND["system_type"], addr_ton=1, addr_npi=1,
                               address_range=BIND["address_range"])
        connecting = asyncio.ensure_future(client.connect())
        reader, writer = await asyncio.wait_for(queue.get(), 5)
        data = await read_pdu(reader)
        sequence = int.from_bytes(data[12:16], "big")
        found.append((case(bind, sequence, "off the wire", **BIND), data))
        writer.write(from_smpplib(bind + "_resp", sequence, system_id="SMSC"))
        session = await asyncio.wait_for(connecting, 5)
        if kind == "TRX":
            writer.write(from_smpplib("deliver_sm", 21, **{
                name: value for name, value in message(short_message=b"STOP").items()}))
            found.append((case("deliver_sm_resp", 21, "off the wire", message_id=""), await read_pdu(reader)))
            writer.write(from_smpplib("enquire_link", 22))
            found.append((case("enquire_link_resp", 22, "off the wire"), await read_pdu(reader)))
            unbinding = asyncio.ensure_future(session.unbind())
            data = await read_pdu(reader)
            found.append((case("unbind", int.from_bytes(data[12:16], "big"), "off the wire"), data))
            writer.write(from_smpplib("unbind_resp", int.from_bytes(data[12:16], "big")))
            await asyncio.wait_for(unbinding, 5)
        writer.close()
        await client.stop()
    listener.close()

    with __import__("socket").socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = smpp34.Server("127.0.0.1", port, system_id="SMSC")
    await server.start()

    async def submitted():
        while True:
            event = await asyncio.wait_for(server.next(), 5)
            if isinstance(event, smpp34.SubmitSmEvent):
                return event

    for number, bind in enumerate(("bind_transmitter", "bind_receiver", "bind_transceiver"), 1):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(from_smpplib(bind, number, **BIND))
        data = await read_pdu(reader)
        # What follows system_id is the library's own choice, so its version is stated, not asked for.
        extra = [("sc_interface_version", u8(0x34))] if data.endswith(b"\x02\x10\x00\x01\x34") else []
        found.append((case(bind + "_resp", number, "off the wire", system_id="SMSC", optional=extra), data))
        if bind == "bind_transceiver":
            writer.write(from_smpplib("submit_sm", 9, **message()))
            (await submitted()).accept(message_id="0123456789")
            found.append((case("submit_sm_resp", 9, "off the wire", message_id="0123456789"), await read_pdu(reader)))
            writer.write(from_smpplib("submit_sm", 10, **message()))
            (await submitted()).reject(0x58)
            data = await read_pdu(reader)
            fields = {"message_id": ""} if len(data) > 16 else {}
            found.append((case("submit_sm_resp", 10, "off the wire, throttled", status=0x58, **fields), data))
            writer.write(from_smpplib("enquire_link", 11))
            found.append((case("enquire_link_resp", 11, "off the wire, from the server"), await read_pdu(reader)))
            writer.write(from_smpplib("unbind", 12))
            try:
                found.append((case("unbind_resp", 12, "off the wire"), await read_pdu(reader)))
            except asyncio.IncompleteReadError:
                # Version 1.5.0 closes the connection before its unbind_resp has gone out.
                pass
        writer.close()
    await server.stop()
    return found


# -- the check

def check(records):
    """tshark must read every one of them without complaint, as the command that it is said to be."""
    with tempfile.TemporaryDirectory() as directory:
        dump, capture = Path(directory) / "dump.txt", Path(directory) / "capture.pcap"
        lines = []
        for record in records:
            data = bytes.fromhex(record["hex"])
            assert int.from_bytes(data[:4], "big") == len(data), record
            lines.append("0000 " + data.hex(" "))
        dump.write_text("\n\n".join(lines) + "\n")
        subprocess.run(["text2pcap", "-q", "-T", "2775,40000", str(dump), str(capture)], check=True, capture_output=True)
        output = subprocess.run(
            ["tshark", "-r", str(capture), "-d", "tcp.port==2775,smpp", "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields",
             "-e", "smpp.command_id", "-e", "_ws.malformed", "-e", "_ws.expert.severity"],
            check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(output) == len(records), (len(output), len(records))
    for record, line in zip(records, output):
        command, malformed, severity = (line.split("\t") + ["", ""])[:3]
        assert command and int(command, 0) == record["fields"]["command_id"], (record, line)
        if malformed:
            print(f"tshark finds malformed: {record['from']} {record['pdu']} ({record['case']})")


def main():
    DIRECTORY.mkdir(exist_ok=True)
    for name, record in (("net-smpp", record_netsmpp), ("smpp-pdu3", record_pdu3), ("smpplib", record_smpplib),
                         ("smpp34", record_smpp34)):
        records = list(record(lambda item, reason: print(f"{name}: no {item['pdu']} ({item['case']}): {reason}")))
        check(records)
        lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in records)
        (DIRECTORY / f"{name}.json").write_text(f"[\n{lines}\n]\n")
        print(f"{name}: {len(records)} records")


if __name__ == "__main__":
    sys.exit(main())
