# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMSC of smpp34, the Rust server.

    smpp34_server.py PORT INNER-PORT LOG [SETTINGS as JSON]

Sessions, responses, status codes, deliver_sm and unbind are the library's own. Its server shows no socket and not every
field, so a relay stands before it on PORT: it cuts the stream into PDUs by their length, has the library's codec decode
each submit_sm for the log, and delays, drops, reverses or cuts. In raw bytes are done here: the refusal of a bind, half
a response, garbage, outbind, enquire_link and alert_notification. What the library cannot do: data_sm, query_sm,
cancel_sm, replace_sm, submit_multi (it refuses each with a fitting status; they are logged with their body in hex). It
closes the connection on unbind without an unbind_resp (1.5.0), and its threads answer submits in any order."""
import asyncio
import codecs
import io
import socket
import struct
import sys

import gsm0338  # noqa: F401 - registers its codec
import smpp34
from behaviour import Behaviour, Log, codec_of, read_commands
from smspdudecoder.fields import UserDataHeader

NAMES = {0x1: "bind_receiver", 0x2: "bind_transmitter", 0x3: "query_sm", 0x4: "submit_sm", 0x5: "deliver_sm", 0x6: "unbind",
         0x7: "replace_sm", 0x8: "cancel_sm", 0x9: "bind_transceiver", 0xB: "outbind", 0x15: "enquire_link",
         0x21: "submit_multi", 0x102: "alert_notification", 0x103: "data_sm", 0x111: "broadcast_sm",
         0x112: "query_broadcast_sm", 0x113: "cancel_broadcast_sm"}
TLV_NAMES = {getattr(smpp34, name): name[4:].lower() for name in dir(smpp34) if name.startswith("TLV_")}
TLV_TAGS = {name: tag for tag, name in TLV_NAMES.items()}


def name_of(command):
    return NAMES.get(command & 0x7FFFFFFF, "generic_nack" if command == 0x80000000 else f"0x{command:x}") + (
        "_resp" if command & 0x80000000 and command != 0x80000000 else "")


def fields(pdu):
    """Everything that the library's codec says of a submit_sm."""
    values = {name: getattr(pdu, name) for name in (
        "service_type", "source_addr_ton", "source_addr_npi", "source_addr", "dest_addr_ton", "dest_addr_npi",
        "destination_addr", "esm_class", "protocol_id", "priority_flag", "schedule_delivery_time", "validity_period",
        "registered_delivery", "replace_if_present_flag", "data_coding", "sm_default_msg_id")}
    return {"sequence": pdu.sequence_number, **values, "short_message": bytes(pdu.short_message).hex(),
            "optional": {TLV_NAMES.get(tlv.tag, f"0x{tlv.tag:04x}"): bytes(tlv.value).hex() for tlv in pdu.tlvs}}


def text_of(pdu, default):
    """Text, octets and segment; GSM 03.38 by the gsm0338 package, the UDH by smspdudecoder."""
    tlvs = {tlv.tag: tlv for tlv in pdu.tlvs}
    payload = tlvs.get(smpp34.TLV_MESSAGE_PAYLOAD)
    body, segment = bytes(payload.value if payload else pdu.short_message), None
    if pdu.esm_class & 0x40 and body:
        length = body[0] + 1
        for element in UserDataHeader.decode(io.StringIO(body[:length].hex()))["elements"]:
            data = element.get("data")
            if isinstance(data, dict) and "parts_count" in data:
                segment = {"by": "udh", "reference": data["reference"], "total": data["parts_count"],
                           "number": data["part_number"]}
        body = body[length:]
    if smpp34.TLV_SAR_TOTAL_SEGMENTS in tlvs:
        segment = {"by": "sar", "reference": tlvs[smpp34.TLV_SAR_MSG_REF_NUM].as_int(),
                   "total": tlvs[smpp34.TLV_SAR_TOTAL_SEGMENTS].as_int(),
                   "number": tlvs[smpp34.TLV_SAR_SEGMENT_SEQNUM].as_int()}
    codec = codec_of(pdu.data_coding, default)
    codec = "gsm03.38" if codec == "gsm0338" else codec
    return codecs.decode(body, codec, "replace") if codec else None, body, segment


class Connection:
    def __init__(self, number, reader, writer, to_server):
        self.number, self.reader, self.writer, self.to_server = number, reader, writer, to_server
        self.esme = self.mode = self.system_id = None
        self.submit = None  # as the codec reads it, until the server tells of it
        self.told = asyncio.Event()
        self.unanswered, self.held = set(), []
        self.delivering, self.sent_deliver = asyncio.Lock(), asyncio.Event()
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.half_of = None  # sequence number of the response that is cut in the middle
        self.own = {}  # sequence numbers of requests that this program sent in raw bytes
        self.closed = False

    def write(self, data):
        if not self.closed:
            self.writer.write(data)

    def cut(self):
        if self.closed:
            return
        # A reset, as of a far end that died, not an orderly close.
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Smsc:
    def __init__(self, log, behaviour):
        self.log, self.behaviour = log, behaviour
        self.connections, self.count, self.reversed = {}, 0, []
        self.bind_lock = asyncio.Lock()
        self.binding = None
        self.bound = asyncio.Event()
        self.tasks = set()

    def start_task(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # -- the relay

    async def accept(self, reader, writer):
        self.count += 1
        number = self.count
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.inner_port)
        connection = self.connections[number] = Connection(number, reader, writer, to_server)
        self.log("open", connection=number)
        pumps = [asyncio.ensure_future(self.up(connection)), asyncio.ensure_future(self.down(connection, from_server))]
        done, pending = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pending:
            pump.cancel()
        reasons = [repr(pump.exception()) for pump in done if pump.exception()]
        connection.closed = True
        self.connections.pop(number, None)
        to_server.close()
        writer.close()
        self.log("close", connection=number, by="client" if pumps[0] in done else "server", reason=", ".join(reasons))

    @staticmethod
    async def pdu(reader):
        try:
            head = await reader.readexactly(4)
            length = int.from_bytes(head, "big")
            # A nonsensical length is passed on as it is; the library has to judge it.
            return head + (await reader.readexactly(length - 4) if 16 <= length <= 1 << 20 else await reader.read(1 << 16))
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    async def up(self, connection):
        while True:
            data = await self.pdu(connection.reader)
            await connection.may_read.wait()
            if not data:
                return
            if len(data) < 16:
                connection.to_server.write(data)
                continue
            length, command, status, sequence = struct.unpack(">4I", data[:16])
            name = name_of(command)
            if name.startswith("bind_") and not command & 0x80000000:
                await self.bind(connection, name, sequence, data)
                continue
            if name == "submit_sm":
                await self.submit(connection, data)
                continue
            elif sequence in connection.own and command & 0x80000000:
                self.log("enquired", connection=connection.number)
                del connection.own[sequence]
                continue
            else:
                self.log(name, connection=connection.number, sequence=sequence, status=status, body=data[16:].hex())
            if name == "enquire_link" and self.behaviour.drop_enquire:
                continue
            connection.to_server.write(data)

    async def submit(self, connection, data):
        """The library's events have no sequence number and come in any order, as its threads have it; so the next PDU
        waits until the server has told of this one, though not until it has been answered."""
        try:
            connection.submit = smpp34.decode(data)
        except smpp34.SmppError as problem:
            self.log("malformed", connection=connection.number, reason=str(problem), hex=data.hex())
            connection.to_server.write(data)
            return
        connection.told.clear()
        connection.to_server.write(data)
        try:
            await asyncio.wait_for(connection.told.wait(), 5)
        except asyncio.TimeoutError:
            self.log("untold", connection=connection.number, sequence=connection.submit.sequence_number)
            connection.submit = None

    async def bind(self, connection, name, sequence, data):
        raw = smpp34.decode(data)
        texts = bytes(raw.body).split(b"\0", 3)
        connection.system_id, connection.mode = texts[0].decode("latin-1"), name[5:]
        rest = texts[3] if len(texts) > 3 else b"\0\0\0"
        self.log("bind", connection=connection.number, mode=connection.mode, sequence=sequence, system_id=connection.system_id,
                 password=texts[1].decode("latin-1"), system_type=texts[2].decode("latin-1"), interface_version=rest[0],
                 addr_ton=rest[1], addr_npi=rest[2], address_range=rest[3:-1].decode("latin-1"),
                 refused=self.behaviour.refuse_bind)
        if self.behaviour.silent_bind:
            return
        if self.behaviour.refuse_bind:
            connection.write(struct.pack(">4I", 16, raw.command_id | 0x80000000, self.behaviour.refuse_bind, sequence))
            return
        # The library's event does not say which connection was bound, so they are bound one at a time.
        async with self.bind_lock:
            self.binding = connection
            self.bound.clear()
            connection.to_server.write(data)
            try:
                await asyncio.wait_for(self.bound.wait(), 5)
            except asyncio.TimeoutError:
                self.binding = None

    async def down(self, connection, reader):
        while True:
            data = await self.pdu(reader)
            if not data:
                return
            if len(data) >= 16:
                _, command, status, sequence = struct.unpack(">4I", data[:16])
                if connection.submit and sequence == connection.submit.sequence_number and command in (0x80000004, 0x80000000):
                    # Refused by the library itself, as on a bind of a receiver.
                    self.log("submit", connection=connection.number, system_id=connection.system_id, status=status,
                             message_id="", answered=True, outcome=None, text=None, body="", segment=None,
                             **fields(connection.submit))
                    connection.submit = None
                    connection.told.set()
                if command == 0x80000004:
                    if sequence in connection.unanswered:
                        connection.unanswered.discard(sequence)
                        continue
                    if sequence == connection.half_of:
                        connection.write(data[:len(data) // 2 + 2])
                        await connection.writer.drain()
                        connection.writer.close()
                        for one in list(self.connections.values()):
                            if one is not connection:
                                one.cut()
                        return
                    if self.behaviour.reverse_responses:
                        connection.held.append(data)
                        if len(connection.held) < self.behaviour.reverse_responses:
                            continue
                        # By sequence number, since the library answers in any order of its own.
                        data = b"".join(sorted(connection.held, key=lambda one: one[12:16], reverse=True))
                        connection.held = []
                elif command == 0x5:
                    connection.sent_deliver.set()
            connection.write(data)

    # -- the library's events

    async def run(self, port, inner_port):
        self.inner_port = inner_port
        self.server = smpp34.Server("127.0.0.1", self.inner_port, system_id="SMSC")
        await self.server.start()
        listener = await asyncio.start_server(self.accept, "127.0.0.1", port)
        self.log("listening", port=port)
        self.quitting = asyncio.Event()
        self.start_task(self.events())
        await self.quitting.wait()
        listener.close()
        await self.server.stop()

    async def events(self):
        by_session = {}
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                if self.binding:
                    self.binding.esme = event
                    by_session[event.session_id] = self.binding
                    self.binding = None
                self.bound.set()
            elif isinstance(event, smpp34.SubmitSmEvent):
                connection = by_session.get(event.session_id)
                if connection and connection.submit:
                    self.submitted(connection, event)
                else:
                    event.reject(8)
            elif isinstance(event, smpp34.Unbound):
                by_session.pop(event.session_id, None)

    def submitted(self, connection, event):
        pdu, connection.submit = connection.submit, None
        assert (pdu.destination_addr, pdu.short_message) == (event.destination_addr, event.short_message)
        connection.told.set()
        text, body, segment = text_of(pdu, self.behaviour.default_alphabet)
        decision = self.behaviour.decide(pdu.destination_addr)
        identifier = "" if decision.status else self.behaviour.identifier(decision.number)
        self.log("submit", connection=connection.number, system_id=connection.system_id, status=decision.status,
                 message_id=identifier, answered=decision.answered, outcome=decision.outcome, text=text, body=body.hex(),
                 segment=segment, **fields(pdu))
        if not decision.answered:
            connection.unanswered.add(pdu.sequence_number)
        if decision.cut:
            if not self.behaviour.cut_mid_pdu:
                for one in list(self.connections.values()):
                    one.cut()
                return
            connection.half_of = pdu.sequence_number
        receipt = None
        if self.behaviour.wants_receipt(decision, pdu.registered_delivery):
            receipt = (connection, pdu, decision, body)
        if receipt or self.behaviour.latency:
            self.start_task(self.answer(connection, event, decision, identifier, receipt))
        else:
            self.respond(event, decision, identifier)

    @staticmethod
    def respond(event, decision, identifier):
        event.reject(decision.status) if decision.status else event.accept(message_id=identifier)

    async def answer(self, connection, event, decision, identifier, receipt):
        if receipt and self.behaviour.receipt_order == "before":
            await self.deliver_receipt(*receipt)
            receipt = None
        if self.behaviour.latency:
            await asyncio.sleep(self.behaviour.latency / 1000)
        self.respond(event, decision, identifier)
        if not receipt:
            return
        if self.behaviour.receipt_delay:
            await asyncio.sleep(self.behaviour.receipt_delay / 1000)
        if self.behaviour.receipt_order == "reversed":
            self.reversed.append(receipt)
            if len(self.reversed) >= self.behaviour.receipt_batch:
                batch, self.reversed = self.reversed, []
                for one in reversed(batch):
                    await self.deliver_receipt(*one)
            return
        await self.deliver_receipt(*receipt)
        if self.behaviour.receipt_order == "twice":
            await self.deliver_receipt(*receipt)

    # -- what the server sends of its own

    async def binds_are_done(self):
        """The client may see the answer to its bind before the library has told of it."""
        async with self.bind_lock:
            pass

    def receivers(self):
        return [one for one in self.connections.values() if one.esme and one.esme.can_receive]

    def receipt_target(self, connection):
        candidates = self.receivers()
        others = [one for one in candidates if one is not connection]
        if self.behaviour.receipt_bind == "other" and others:
            return others[0]
        if connection in candidates:
            return connection
        return candidates[0] if candidates else None

    async def deliver_receipt(self, connection, pdu, decision, body):
        target = self.receipt_target(connection)
        if not target:
            return
        message, tlvs = self.behaviour.receipt(decision, body)
        await self.deliver(
            target, pdu.source_addr, message, source_addr=pdu.destination_addr, source_addr_ton=pdu.dest_addr_ton,
            source_addr_npi=pdu.dest_addr_npi, dest_addr_ton=pdu.source_addr_ton, dest_addr_npi=pdu.source_addr_npi,
            esm_class=4, tlvs=[smpp34.Tlv(TLV_TAGS[name], value) for name, value in tlvs])

    async def deliver(self, connection, destination, message, **values):
        """Returns when it is on its way; the library would send several in any order, so they go one after another."""
        async with connection.delivering:
            connection.sent_deliver.clear()
            sending = asyncio.ensure_future(connection.esme.deliver_sm(destination, message, **values))
            self.start_task(self.delivered(connection, sending))
            passing = asyncio.ensure_future(connection.sent_deliver.wait())
            await asyncio.wait([sending, passing], return_when=asyncio.FIRST_COMPLETED)
            passing.cancel()

    async def delivered(self, connection, sending):
        try:
            response = await sending
            self.log("delivered", connection=connection.number, status=response.command_status)
        except Exception as problem:  # Whatever the library raises when the session goes away meanwhile.
            self.log("delivered", connection=connection.number, status=-1, reason=repr(problem))

    # -- commands

    async def command(self, order):
        do = order.pop("do")
        try:
            found = getattr(self, "do_" + do)(**order)
            if asyncio.iscoroutine(found):
                found = await found
            self.log("done", do=do, found=found)
        except Exception as problem:  # The test that gave the order must hear of it.
            self.log("failed", do=do, reason=repr(problem))

    def chosen(self, connection):
        return [one for one in list(self.connections.values()) if connection in (None, one.number)]

    def do_set(self, **settings):
        self.behaviour.set(**settings)

    async def do_mo(self, source, destination, text=None, hex=None, data_coding=0, segments=1, reference=7, source_ton=1,
              destination_ton=1, connection=None, esm_class=0):
        await self.binds_are_done()
        target = [one for one in self.receivers() if connection in (None, one.number)][0]
        if hex is not None:
            body = bytes.fromhex(hex)
        else:
            body = text.encode({8: "utf-16-be", 3: "latin-1"}.get(data_coding, "gsm03.38"))
        size = -(-len(body) // segments)
        size += size % 2 if data_coding == 8 else 0
        for number in range(segments):
            part = body[number * size:(number + 1) * size]
            if segments > 1:
                part = bytes([5, 0, 3, reference, segments, number + 1]) + part
            await self.deliver(
                target, destination, part, source_addr=source, source_addr_ton=source_ton, source_addr_npi=1,
                dest_addr_ton=destination_ton, dest_addr_npi=1, data_coding=data_coding,
                esm_class=esm_class | (0x40 if segments > 1 else 0))

    def do_cut(self, connection=None):
        for one in self.chosen(connection):
            one.cut()

    def do_blackhole(self, on=True, connection=None):
        for one in self.chosen(connection):
            if on:
                one.may_read.clear()
                one.writer.transport.pause_reading()
            else:
                one.may_read.set()
                one.writer.transport.resume_reading()

    async def do_unbind(self, connection=None):
        await self.binds_are_done()
        for one in self.chosen(connection):
            if one.esme:
                self.start_task(self._unbind(one))

    @staticmethod
    async def _unbind(connection):
        try:
            await connection.esme.unbind()
        except Exception:  # The client may close first; the library calls that an error.
            pass

    def do_enquire(self, connection=None):
        for one in self.chosen(connection):
            sequence = 0x7000000 + len(one.own)
            one.own[sequence] = True
            one.write(struct.pack(">4I", 16, 0x15, 0, sequence))

    async def do_outbind(self, port, system_id="SMSC", password="geheim"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = system_id.encode() + b"\0" + password.encode() + b"\0"
        writer.write(struct.pack(">4I", 16 + len(body), 0xB, 0, 1) + body)
        self.start_task(self.accept(reader, writer))

    def do_alert(self, source, destination, connection=None):
        body = b"\1\1" + source.encode() + b"\0\5\0" + destination.encode() + b"\0"
        for one in self.chosen(connection):
            one.write(struct.pack(">4I", 16 + len(body), 0x102, 0, 0x7100000) + body)

    def do_raw(self, hex, connection=None):
        for one in self.chosen(connection):
            one.write(bytes.fromhex(hex))

    def do_quit(self):
        self.quitting.set()


async def main():
    loop = asyncio.get_running_loop()
    log = Log(sys.argv[3])
    smsc = Smsc(log, Behaviour(sys.argv[4] if len(sys.argv) > 4 else None))
    read_commands(lambda order: asyncio.run_coroutine_threadsafe(smsc.command(order), loop))
    await smsc.run(int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
