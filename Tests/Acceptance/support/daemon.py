# SPDX-License-Identifier: GPL-3.0-or-later
"""burgernetd in a directory of its own, driven through burgernetctl as a user would."""
import csv
import io
import json
import os
import signal as signals
import socket
import subprocess
from pathlib import Path

from .process import Process, wait_until

BINARIES = Path(os.environ["BURGERNETD_BINARIES"])
ROOT = Path(__file__).resolve().parents[3]

DEFAULTS = {
    "Gateway": {"SoundsDirectory": str(ROOT / "Sounds"), "TimeScale": "0.01", "DrainTimeout": "5s", "DoubtHold": "2s",
                "PauseBetweenActions": "0"},
    "Call": {"CallerNumber": "+31182588444", "RingTimeout": "2s", "NoResponseTimeout": "1500ms", "ListenAfterMessage": "200ms"},
    "Retry": {},
}


class Trunk:
    def __init__(self, name, port, host="127.0.0.1", **keys):
        self.name = name
        self.keys = {"Host": host, "Port": port, "CallsPerSecond": 200, "Channels": 200, "ProbeInterval": "0", **keys}


class Centre:
    """An `[SMSC name]` section."""

    def __init__(self, name, port, host="127.0.0.1", **keys):
        self.name = name
        self.keys = {"Host": host, "Port": port, "SystemID": "gate", "Sender": "NL-Alert", "ReconnectMinimum": "50ms",
                     "ReconnectMaximum": "200ms", **keys}


class Refused(Exception):
    """burgernetctl ended with a status other than 0."""

    def __init__(self, result):
        super().__init__(result.stderr + result.stdout)
        self.status = result.returncode
        self.text = result.stderr + result.stdout


class Daemon:
    def __init__(self, directory, ports, trunks, sections=None, environment=None, centres=()):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.sip_port = ports.take(2)
        self.rtp_first = ports.take_range(1000)
        self.trunks = trunks
        self.centres = centres
        self.sections = sections or {}
        self.environment = environment or {}
        self.configuration = self.directory / "burgernetd.conf"
        self.socket = self.directory / "run" / "control.sock"
        self.process = None
        # Runs the daemon, e.g. with other limits.
        self.wrapper = []
        self.write_configuration()

    def write_configuration(self):
        sections = {name: dict(keys) for name, keys in DEFAULTS.items()}
        sections["SIP"] = {"Bind": "127.0.0.1", "BindIPv6": "", "Port": self.sip_port}
        sections["RTP"] = {"Ports": f"{self.rtp_first}-{self.rtp_first + 999}"}
        for name, keys in self.sections.items():
            sections.setdefault(name, {}).update(keys)
        for trunk in self.trunks:
            sections[f"Trunk {trunk.name}"] = trunk.keys
        if self.centres:
            password = self.directory / "smsc-password"
            password.write_text("geheim")
            password.chmod(0o600)
        for centre in self.centres:
            sections[f"SMSC {centre.name}"] = {"PasswordFile": password, **centre.keys}
        lines = []
        for name, keys in sections.items():
            lines.append(f"[{name}]")
            for key, value in keys.items():
                for one in value if isinstance(value, list) else [value]:
                    lines.append(f"{key}={one}")
            lines.append("")
        self.configuration.write_text("\n".join(lines))

    def start(self, timeout=15):
        environment = {**os.environ, **self.environment}
        self.process = Process(
            [*self.wrapper, BINARIES / "burgernetd", "--config", self.configuration, "--directory", self.directory],
            self.directory / "burgernetd.log", env=environment)

        def is_up():
            if not self.process.is_running():
                raise AssertionError("burgernetd ended:\n" + self.process.text()[-4000:])
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                return probe.connect_ex(str(self.socket)) == 0

        wait_until(is_up, timeout, "burgernetd accepts connections")
        return self

    def reload(self):
        """The configuration as it is written now holds when this returns."""
        self.write_configuration()
        done = self.log_text().count("configuration reloaded")
        self.process.signal(signals.SIGHUP)
        wait_until(lambda: self.log_text().count("configuration reloaded") > done, 10, "the configuration is reloaded")

    def stop(self):
        if self.process:
            self.process.stop(timeout=15)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process = None

    # -------------------------------------------------------------- burgernetctl

    def run(self, *arguments, timeout=120, input=None):
        return subprocess.run(
            [str(BINARIES / "burgernetctl"), "--socket", str(self.socket), *map(str, arguments)],
            capture_output=True, text=True, timeout=timeout, input=input)

    def ctl(self, *arguments, timeout=120, input=None):
        result = self.run(*arguments, timeout=timeout, input=input)
        if result.returncode != 0:
            raise Refused(result)
        return result.stdout

    def json(self, *arguments, **options):
        """The reply objects of a verb."""
        return [json.loads(line) for line in self.ctl(*arguments, "--json", **options).splitlines()]

    def submit(self, action, recipients, *options):
        """recipients: (number, id) pairs."""
        directory = self.directory / "submissions"
        directory.mkdir(exist_ok=True)
        action_file = directory / f"{action['id']}.json"
        action_file.write_text(json.dumps(action))
        recipients_file = directory / f"{action['id']}.csv"
        with open(recipients_file, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["number", "id", "account"])
            for number, identifier in recipients:
                writer.writerow([number, identifier, "GM0513"])
        return self.json("submit", action_file, "--recipients", recipients_file, *options)

    def watch_to_end(self, action, timeout):
        """Blocks in `watch`, which ends when the action is over."""
        self.ctl("watch", action, timeout=timeout)
        return self.summary(action)

    def summary(self, action):
        summary = self.json("show", action)[-1]["action"]
        summary["outcomes"] = {name: count for name, count in summary["outcomes"].items() if count}
        return summary

    def recipients(self, action):
        return [reply["recipient"] for reply in self.json("show", action, "--recipients") if "recipient" in reply]

    def cdrs(self, *filters):
        return list(csv.DictReader(io.StringIO(self.ctl("cdr", "export", "--format", "native", *filters))))

    def log_text(self):
        return (self.directory / "burgernetd.log").read_text(errors="replace")


def sms(identifier, text="Sirene: sluit ramen en deuren.", receipts=False, **keys):
    """An action by SMS alone."""
    document = {"id": identifier, "language": "nl", "sms": {"text": text, "receipts": receipts}}
    document["sms"].update(keys.pop("sms", {}))
    return {**document, **keys}


def silence(milliseconds):
    """A message of about this length that is not worth listening to."""
    return [{"recording": "beep"}, {"pause": milliseconds}]


def action(identifier, text="Dit is een test.", **keys):
    return {"id": identifier, "language": "nl", "message": [{"text": text}], **keys}
