# SPDX-License-Identifier: GPL-3.0-or-later
"""How a far end is told to behave: settings, message ids, outcomes and receipt texts. No SMPP is encoded here; that is
left to the library of each far end."""
import collections
import json
import random
import sys
import threading
import time

# The settings that `set` changes, with what they are at first. Benchmarks/smpp/netsmpp_server.pl knows the same names.
DEFAULTS = {
    # asked (as registered_delivery says), always or none
    "receipts": "asked",
    "receipt_delay": 0,  # milliseconds after the response
    "outcomes": {"DELIVRD": 1},  # shares, drawn with a fixed seed
    "outcome_of": {},  # by destination, before the shares
    # text (appendix B), tlv, both, payload (the text in message_payload) or weird
    "receipt_format": "both",
    # after the response, before it, twice, or reversed (in batches of receipt_batch)
    "receipt_order": "after",
    "receipt_batch": 10,
    # same bind, other (another bind that can receive, when there is one) or receiver (any receiver bind)
    "receipt_bind": "same",
    # decimal, hex, HEX, padded (decimal of ten digits), same (one for all) or none (empty)
    "id_style": "decimal",
    "receipt_id_style": None,  # as id_style unless set
    "id_start": 1000,
    "throttle": 0,  # submits a second; beyond them ESME_RTHROTTLED
    "queue_full": [],  # destinations that get ESME_RMSGQFUL
    "status_of": {},  # command_status by destination
    "latency": 0,  # milliseconds before each response
    "reverse_responses": 0,  # holds so many responses, then sends them last first
    "drop_responses": 0,  # so many submits from now are never answered
    "drop_enquire": False,
    "cut_after": 0,  # after so many submits from now all connections go
    "cut_mid_pdu": False,  # … in the middle of the response
    "refuse_bind": 0,  # command_status
    "silent_bind": False,
    "sc_interface_version": None,
    "message_state": 2,  # for query_sm
    "default_alphabet": "gsm0338",  # what data_coding 0 stands for here: gsm0338, latin-1 or ascii
}

STATES = {"ENROUTE": 1, "DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "UNKNOWN": 7, "REJECTD": 8}


class Log:
    """One JSON line for each event."""

    def __init__(self, path):
        self._file = open(path, "a", buffering=1)
        self._lock = threading.Lock()

    def __call__(self, event, **values):
        line = json.dumps({"event": event, "time": time.time(), **values})
        with self._lock:
            self._file.write(line + "\n")


class Decision:
    """What becomes of one submit."""

    def __init__(self, status, number, outcome, answered, cut):
        self.status, self.number, self.outcome, self.answered, self.cut = status, number, outcome, answered, cut


class Behaviour:
    def __init__(self, arguments):
        self.__dict__.update(DEFAULTS)
        self._random = random.Random(1)
        self._number = None
        self._seconds = collections.deque()
        self.set(**json.loads(arguments or "{}"))

    def set(self, **settings):
        for name, value in settings.items():
            if name not in DEFAULTS:
                raise KeyError(f"no setting {name}")
            setattr(self, name, value)

    def decide(self, destination):
        status = self._status(destination)
        cut = False
        if self.cut_after:
            self.cut_after -= 1
            cut = self.cut_after == 0
        answered = self.drop_responses <= 0
        if not answered:
            self.drop_responses -= 1
        number = outcome = None
        if status == 0:
            self._number = (self.id_start if self._number is None else self._number + 1)
            number = self._number
            outcome = self.outcome_of.get(destination) or self._random.choices(
                list(self.outcomes), list(self.outcomes.values()))[0]
        return Decision(status, number, outcome, answered, cut)

    def _status(self, destination):
        if destination in self.queue_full:
            return 0x14
        if destination in self.status_of:
            return self.status_of[destination]
        if self.throttle:
            now = time.monotonic()
            while self._seconds and self._seconds[0] <= now - 1:
                self._seconds.popleft()
            if len(self._seconds) >= self.throttle:
                return 0x58
            self._seconds.append(now)
        return 0

    def identifier(self, number, style=None):
        style = style or self.id_style
        return {"decimal": str(number), "hex": f"{number:x}", "HEX": f"{number:X}", "padded": f"{number:010d}", "same": "1",
                "none": ""}[style]

    def wants_receipt(self, decision, registered_delivery):
        if decision.status or self.receipts == "none":
            return False
        if self.receipts == "always":
            return True
        asked = registered_delivery & 3
        return asked == 1 or (asked == 2 and decision.outcome not in ("DELIVRD", "ACCEPTD"))

    def receipt(self, decision, text):
        """(short_message, [(TLV name, value)]) of a receipt; `text` is the first octets of the message."""
        identifier = self.identifier(decision.number, self.receipt_id_style or self.id_style)
        state = STATES[decision.outcome]
        error = "000" if state == 2 else "011"
        date = time.strftime("%y%m%d%H%M")
        appendix = (f"id:{identifier} sub:001 dlvrd:{'001' if state == 2 else '000'} submit date:{date} done date:{date} "
                    f"stat:{decision.outcome} err:{error} text:").encode() + text[:20]
        tlvs = [("network_error_code", b"\x03" + int(error).to_bytes(2, "big")), ("message_state", bytes([state])),
                ("receipted_message_id", identifier.encode() + b"\0")]
        if self.receipt_format == "text":
            return appendix, []
        if self.receipt_format == "tlv":
            return b"", tlvs
        if self.receipt_format == "payload":
            return b"", [("message_payload", appendix)]
        if self.receipt_format == "weird":
            # Seen in the field: other case, seconds in the dates, no sub and dlvrd, letters in err, quotes.
            long_date = time.strftime("%y%m%d%H%M%S")
            return (f'ID:{identifier} Submit Date:{long_date} Done Date:{long_date} Stat:{decision.outcome.title()} Err:0A1 '
                    f'Text:"-"').encode(), []
        return appendix, tlvs


def codec_of(data_coding, default):
    """gsm0338, ascii, latin-1, utf-16-be or None (8-bit data), by SMPP 3.4 §5.2.19 and GSM 03.38 §4."""
    if data_coding == 0:
        return default
    if data_coding in (1, 3, 8):
        return {1: "ascii", 3: "latin-1", 8: "utf-16-be"}[data_coding]
    if data_coding >> 4 == 0xF:
        return None if data_coding & 4 else "gsm0338"
    if data_coding >> 4 in (0x1, 0x3):
        return {0: "gsm0338", 4: None, 8: "utf-16-be"}.get(data_coding & 0x0C)
    return None


def read_commands(handle):
    """Calls `handle` with each JSON line of standard input, from a thread of its own; ends the program with its input."""
    def read():
        for line in sys.stdin:
            if line.strip():
                handle(json.loads(line))
        handle({"do": "quit"})

    threading.Thread(target=read, daemon=True).start()
