# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMSC of smpp.twisted3 on smpp.pdu3 (the stack that Jasmin grew from).

    twisted_server.py PORT LOG [SETTINGS as JSON]

What the library does not do and is done here in raw bytes: half a response (cut_mid_pdu), garbage (raw). What it cannot
do: submit_multi and replace_sm (no decoder for number_of_dests and sm_length; the connection is lost), vendor-specific
TLVs (dropped without a word), broadcast_sm. It drops the connection on a TLV that its operation does not list."""
import logging
import sys

from aiosmpplib.codec import find_codec_info
from behaviour import Behaviour, Log, codec_of, read_commands
from smpp.pdu import operations, pdu_encoding, pdu_types
from smpp.pdu.sm_encoding import SMStringEncoder
from smpp.twisted.config import SMPPServerConfig
from smpp.twisted.protocol import DataHandlerResponse
from smpp.twisted.server import SMPPServerFactory, SMPPServerProtocol
from twisted.internet import defer, reactor

ENCODER = pdu_encoding.PDUEncoder()
STATUS = ENCODER.HeaderEncoders["command_status"]


def status_of(number):
    """The library's own name for a command_status."""
    return STATUS._decode(number.to_bytes(4, "big"))


def plain(value, encoder):
    """The library's enumerations and named tuples as the octets that it makes of them again."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    data = encoder.encode(value)
    return data[0] if len(data) == 1 else data.rstrip(b"\0").decode("latin-1")


def fields(pdu):
    encoders = dict(ENCODER.DefaultRequiredParamEncoders)
    encoders.update(ENCODER.CustomRequiredParamEncoders.get(pdu.commandId, {}))
    values, optional = {"sequence": pdu.seqNum}, {}
    for name, value in pdu.params.items():
        if name == "short_message":
            values[name] = (value or b"").hex()
        elif name in pdu.mandatoryParams:
            made = plain(value, encoders[name])
            values[name] = ("" if made is None else made)
        else:
            tag = getattr(pdu_types.Tag, name)
            optional[name] = ENCODER.optionEncoder.encode(pdu_types.Option(tag, value))[4:].hex() if name not in (
                "message_payload", "network_error_code", "sms_signal") else value.hex()
    values["optional"] = optional
    return values


def text_of(pdu, default):
    """Text, octets and segment of a message, by the library's own UDH reader; its text decoder takes GSM 03.38 for ASCII,
    so the alphabet is aiosmpplib's."""
    payload = pdu.params.get("message_payload")
    body, segment = payload if payload is not None else pdu.params.get("short_message") or b"", None
    if payload is None and body and SMStringEncoder().containsUDH(pdu):
        element = SMStringEncoder().getConcatenatedSMInfoElement(pdu)
        body = SMStringEncoder().splitSM(pdu)[2]
        if element:
            segment = {"by": "udh", "reference": element.data.referenceNum, "total": element.data.maximumNum,
                       "number": element.data.sequenceNum}
    if "sar_total_segments" in pdu.params:
        segment = {"by": "sar", "reference": pdu.params["sar_msg_ref_num"], "total": pdu.params["sar_total_segments"],
                   "number": pdu.params["sar_segment_seqnum"]}
    coding = ENCODER.DefaultRequiredParamEncoders["data_coding"]._encodeAsInt(pdu.params["data_coding"])
    codec = codec_of(coding, default)
    if codec == "gsm0338":
        text = find_codec_info("gsm0338").decode(body, "replace")[0]
    else:
        text = body.decode(codec, "replace") if codec else None
    return text, body, segment


class Protocol(SMPPServerProtocol):
    def __init__(self):
        super().__init__()
        self.unanswered = set()
        self.held = []

    def connectionMade(self):
        super().connectionMade()
        self.number = self.factory.opened(self)

    def connectionLost(self, reason):
        self.factory.closed(self, reason)
        # The library's server finishes its transactions only on unbind; a lost connection must not leave them to time out.
        self.cancelOutboundTransactions(ConnectionError("connection lost"))
        super().connectionLost(reason)

    def PDUReceived(self, pdu):
        name = pdu.id.name
        if name not in ("submit_sm", "data_sm") and not name.startswith("bind_"):
            self.factory.event(name, connection=self.number, status=STATUS.encode(pdu.status)[-1] if pdu.status else 0,
                             **fields(pdu))
        super().PDUReceived(pdu)

    def onPDURequest_enquire_link(self, pdu):
        if not self.factory.behaviour.drop_enquire:
            super().onPDURequest_enquire_link(pdu)

    def doBindRequest(self, pdu, state):
        behaviour, values = self.factory.behaviour, fields(pdu)
        self.factory.event("bind", connection=self.number, mode=pdu.id.name[5:], refused=behaviour.refuse_bind, **values)
        if behaviour.silent_bind:
            return
        if behaviour.refuse_bind:
            self.sendErrorResponse(pdu, status_of(behaviour.refuse_bind), values["system_id"])
            return
        # The library knows the systems by name and bounds their binds; here any may come, as often as it likes.
        self.factory.config.systems.setdefault(values["system_id"], {"max_bindings": 1000})
        super().doBindRequest(pdu, state)

    def sendResponse(self, pdu, status=pdu_types.CommandStatus.ESME_ROK, **parameters):
        if "bind_t" in pdu.id.name or "bind_r" in pdu.id.name:
            if self.factory.behaviour.sc_interface_version is not None:
                parameters["sc_interface_version"] = self.factory.behaviour.sc_interface_version
        super().sendResponse(pdu, status, **parameters)

    def sendPDU(self, pdu):
        if pdu.id == pdu_types.CommandId.submit_sm_resp:
            if pdu.seqNum in self.unanswered:
                self.unanswered.discard(pdu.seqNum)
                return
            if self.factory.behaviour.reverse_responses:
                self.held.append(pdu)
                if len(self.held) >= self.factory.behaviour.reverse_responses:
                    held, self.held = self.held, []
                    for one in reversed(held):
                        super().sendPDU(one)
                return
        super().sendPDU(pdu)

    def cut(self, half=b""):
        if half:
            self.transport.write(half)
            # The half must have left before the connection goes.
            self.transport.loseConnection()
        else:
            self.transport.abortConnection()


class Factory(SMPPServerFactory):
    protocol = Protocol

    def __init__(self, log, behaviour):
        super().__init__(SMPPServerConfig(
            msgHandler=self.handle, systems={}, enquireLinkTimerSecs=0, inactivityTimerSecs=0, responseTimerSecs=60), None)
        self.event, self.behaviour = log, behaviour
        self.connections, self._count, self.reversed, self._reference = [], 0, [], 0

    def login(self, system_id, password, address):
        return defer.succeed((None, None, None))

    def opened(self, connection):
        self.connections.append(connection)
        self._count += 1
        self.event("open", connection=self._count)
        return self._count

    def closed(self, connection, reason):
        self.connections.remove(connection)
        self.event("close", connection=connection.number, reason=reason.getErrorMessage())

    def receivers(self):
        return [one for one in self.connections if one.isBound() and "transmitter" not in one.bind_type.name]

    # -- requests

    def handle(self, system_id, connection, pdu):
        name = pdu.id.name
        if name == "query_sm":
            return DataHandlerResponse(
                status_of(0), message_id=pdu.params["message_id"], final_date=None, error_code=0,
                message_state=pdu_encoding.MessageStateEncoder()._decode(bytes([self.behaviour.message_state])))
        if name == "cancel_sm":
            return status_of(self.behaviour.status_of.get("cancel_sm", 0))
        values = fields(pdu)
        text, body, segment = text_of(pdu, self.behaviour.default_alphabet)
        decision = self.behaviour.decide(values["destination_addr"])
        identifier = "" if decision.status else self.behaviour.identifier(decision.number)
        self.event("submit" if name == "submit_sm" else name, connection=connection.number, system_id=system_id,
                 status=decision.status, message_id=identifier, answered=decision.answered, outcome=decision.outcome,
                 text=text, body=body.hex(), segment=segment, **values)
        if not decision.answered:
            connection.unanswered.add(pdu.seqNum)
        response = DataHandlerResponse(status_of(decision.status), message_id=identifier)
        if decision.cut:
            self.cut(connection, pdu, response)
            return defer.Deferred()
        receipt = None
        if self.behaviour.wants_receipt(decision, values["registered_delivery"]):
            receipt = (connection, pdu, decision, body)
        if receipt and self.behaviour.receipt_order == "before":
            self.send_receipt(*receipt)
            receipt = None
        if not self.behaviour.latency:
            if receipt:
                # The response is written when this returns.
                reactor.callLater(self.behaviour.receipt_delay / 1000, self.schedule_receipt, receipt)
            return response
        answer = defer.Deferred()

        def respond():
            answer.callback(response)
            if receipt:
                reactor.callLater(self.behaviour.receipt_delay / 1000, self.schedule_receipt, receipt)

        reactor.callLater(self.behaviour.latency / 1000, respond)
        return answer

    def cut(self, connection, pdu, response):
        half = b""
        if self.behaviour.cut_mid_pdu:
            data = ENCODER.encode(pdu.requireAck(pdu.seqNum, response.status, **response.params))
            half = data[:len(data) // 2 + 2]
        for one in list(self.connections):
            one.cut(half if one is connection else b"")

    # -- what the server sends of its own

    def schedule_receipt(self, receipt):
        if self.behaviour.receipt_order == "reversed":
            self.reversed.append(receipt)
            if len(self.reversed) >= self.behaviour.receipt_batch:
                batch, self.reversed = self.reversed, []
                for one in reversed(batch):
                    self.send_receipt(*one)
            return
        self.send_receipt(*receipt)
        if self.behaviour.receipt_order == "twice":
            self.send_receipt(*receipt)

    def send_receipt(self, connection, pdu, decision, body):
        candidates = self.receivers()
        others = [one for one in candidates if one is not connection]
        if self.behaviour.receipt_bind == "other" and others:
            connection = others[0]
        elif connection not in candidates:
            # A transmitter gets none; another bind of the same system does.
            if not candidates:
                return
            connection = candidates[0]
        message, tlvs = self.behaviour.receipt(decision, body)
        parameters = {}
        for name, value in tlvs:
            parameters[name] = {"message_state": lambda: pdu_encoding.MessageStateEncoder()._decode(value),
                                "receipted_message_id": lambda: value[:-1]}.get(name, lambda: value)()
        sent = pdu.params
        self.deliver(connection, source_addr_ton=sent["dest_addr_ton"], source_addr_npi=sent["dest_addr_npi"],
                     source_addr=sent["destination_addr"], dest_addr_ton=sent["source_addr_ton"],
                     dest_addr_npi=sent["source_addr_npi"], destination_addr=sent["source_addr"], short_message=message,
                     esm_class=4, **parameters)

    def deliver(self, connection, esm_class=0, data_coding=0, **parameters):
        encoders = ENCODER.DefaultRequiredParamEncoders
        values = dict(
            service_type=None, protocol_id=0, priority_flag=None, schedule_delivery_time=None, validity_period=None,
            replace_if_present_flag=None, sm_default_msg_id=0, registered_delivery=pdu_types.RegisteredDelivery(
                pdu_types.RegisteredDeliveryReceipt.NO_SMSC_DELIVERY_RECEIPT_REQUESTED),
            esm_class=encoders["esm_class"]._decode(bytes([esm_class])),
            data_coding=encoders["data_coding"]._decode(bytes([data_coding])))
        values.update(parameters)
        for name in list(values):
            if name.endswith(("_ton", "_npi")) and isinstance(values[name], int):
                values[name] = encoders[name]._decode(bytes([values[name]]))
        # Its octet-string encoders compare a value's length with that of the option last read.
        if "network_error_code" in values or "message_payload" in values:
            connection.encoder.optionEncoder.length = len(values.get("message_payload") or values.get("network_error_code"))
        sent = connection.sendDataRequest(operations.DeliverSM(**values))
        sent.addCallbacks(
            lambda result: self.event("delivered", connection=connection.number, sequence=result.response.seqNum, status=0),
            lambda failure: self.event("delivered", connection=connection.number, status=-1, reason=failure.getErrorMessage()))

    # -- commands

    def command(self, order):
        do = order.pop("do")
        try:
            found = getattr(self, "do_" + do)(**order)
            self.event("done", do=do, found=found)
        except Exception as problem:  # The test that gave the order must hear of it.
            self.event("failed", do=do, reason=repr(problem))

    def chosen(self, connection):
        return [one for one in self.connections if connection in (None, one.number)]

    def do_set(self, **settings):
        self.behaviour.set(**settings)

    def do_mo(self, source, destination, text=None, hex=None, data_coding=0, segments=1, reference=7, source_ton=1,
              destination_ton=1, connection=None, esm_class=0):
        target = [one for one in self.receivers() if connection in (None, one.number)][0]
        if hex is not None:
            body = bytes.fromhex(hex)
        elif data_coding == 8:
            body = text.encode("utf-16-be")
        elif data_coding == 3:
            body = text.encode("latin-1")
        else:
            body = find_codec_info("gsm0338").encode(text, "strict")[0]
        size = -(-len(body) // segments)
        size += size % 2 if data_coding == 8 else 0
        for number in range(segments):
            part = body[number * size:(number + 1) * size]
            if segments > 1:
                part = bytes([5, 0, 3, reference, segments, number + 1]) + part
            self.deliver(target, source_addr_ton=source_ton, source_addr_npi=1, source_addr=source.encode(),
                         dest_addr_ton=destination_ton, dest_addr_npi=1, destination_addr=destination.encode(),
                         data_coding=data_coding, esm_class=esm_class | (0x40 if segments > 1 else 0), short_message=part)

    def do_cut(self, connection=None):
        for one in self.chosen(connection):
            one.cut()

    def do_blackhole(self, on=True, connection=None):
        for one in self.chosen(connection):
            one.transport.pauseProducing() if on else one.transport.resumeProducing()

    def do_unbind(self, connection=None):
        for one in self.chosen(connection):
            if one.isBound():
                one.unbindAndDisconnect()

    def do_enquire(self, connection=None):
        for one in self.chosen(connection):
            answer = one.sendRequest(operations.EnquireLink(), 60)
            answer.addCallbacks(lambda result, one=one: self.event("enquired", connection=one.number),
                                lambda failure: None)

    def do_outbind(self, port, system_id="SMSC", password="geheim"):
        from twisted.internet.protocol import ClientFactory
        outer = self

        class Outbind(ClientFactory):
            def buildProtocol(self, address):
                connection = outer.buildProtocol(address)
                made = connection.connectionMade

                def connected():
                    made()
                    connection.sendPDU(operations.Outbind(seqNum=1, system_id=system_id, password=password))

                connection.connectionMade = connected
                return connection

        reactor.connectTCP("127.0.0.1", port, Outbind())

    def do_alert(self, source, destination, connection=None):
        for one in self.chosen(connection):
            one.sendPDU(operations.AlertNotification(
                seqNum=one.claimSeqNum(), source_addr_ton=pdu_types.AddrTon.INTERNATIONAL,
                source_addr_npi=pdu_types.AddrNpi.ISDN, source_addr=source, esme_addr_ton=pdu_types.AddrTon.ALPHANUMERIC,
                esme_addr_npi=pdu_types.AddrNpi.UNKNOWN, esme_addr=destination))

    def do_raw(self, hex, connection=None):
        for one in self.chosen(connection):
            one.transport.write(bytes.fromhex(hex))

    def do_quit(self):
        reactor.stop()


def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    log = Log(path)
    factory = Factory(log, Behaviour(sys.argv[3] if len(sys.argv) > 3 else None))
    reactor.listenTCP(port, factory, interface="127.0.0.1")
    read_commands(lambda order: reactor.callFromThread(factory.command, order))
    log("listening", port=port)
    reactor.run()


if __name__ == "__main__":
    main()
