# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip as a real telephone: answers, by itself or when it is told to, and records what it hears."""
import socket
import subprocess
import wave
from pathlib import Path

import numpy

from .process import Process, wait_until


class Softphone(Process):
    def __init__(self, directory, ports, codec="PCMA", address="127.0.0.1", number="+31612345678",
                 answers="auto"):
        self.directory = Path(directory)
        self.recordings = self.directory / "recordings"
        self.recordings.mkdir(parents=True)
        self.port = ports.take(2)
        self.console = ports.take()
        rtp = ports.take(20)
        self.rtp_ports = (rtp, rtp + 19)
        host = f"[{address}]" if ":" in address else address
        modules = subprocess.run(["dpkg", "-L", "baresip-core"], capture_output=True, text=True).stdout
        path = next(line for line in modules.splitlines() if line.endswith("/g711.so")).rsplit("/", 1)[0]
        microphone = self.directory / "microphone.wav"
        with wave.open(str(microphone), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            tone = 3000 * numpy.sin(2 * numpy.pi * 400 * numpy.arange(8000 * 60) / 8000)
            file.writeframes(tone.astype("<i2").tobytes())
        (self.directory / "config").write_text(f"""
poll_method epoll
net_interface {address}
sip_listen {host}:{self.port}
call_max_calls 4
audio_player aubridge,play
audio_source aufile,{microphone}
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {self.rtp_ports[0]}-{self.rtp_ports[1]}
rtp_stats yes
jitter_buffer_delay 1-5
module_path {path}
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
module cons.so
cons_listen 127.0.0.1:{self.console}
snd_path {self.recordings}
""")
        (self.directory / "accounts").write_text(
            f"<sip:{number}@{host}:{self.port};transport=udp>;regint=0;answermode={answers};audio_codecs={codec}/8000/1\n")
        (self.directory / "contacts").write_text("")
        super().__init__(["baresip", "-f", self.directory, "-v"], self.directory / "baresip.log")
        wait_until(lambda: "baresip is ready" in self.text() or not self.is_running(), 10, "baresip is ready")
        assert self.is_running(), self.text()

    def press(self, key):
        """A key during a call goes out as RFC 4733 events."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as console:
            console.sendto(key.encode(), ("127.0.0.1", self.console))

    def pick_up(self):
        """For `answers="manual"`, while it rings."""
        self.press("/accept\n")

    def heard(self):
        """Samples of the newest recording of the far end."""
        files = sorted(self.recordings.glob("*-dec.wav"))
        assert files, "baresip recorded nothing"
        return read_wav(files[-1])


def read_wav(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def correlation(prompt, heard):
    """Correlation over the whole prompt at the best shift, and that shift in samples."""
    size = len(prompt) + len(heard)
    spectrum = numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(prompt, size))
    shift = int(numpy.fft.irfft(spectrum, size).argmax())
    if shift > len(heard):
        shift -= size
    part = heard[max(0, shift):shift + len(prompt)]
    part = numpy.pad(part, (max(0, -shift), 0))
    part = numpy.pad(part, (0, len(prompt) - len(part)))
    return float(numpy.corrcoef(prompt, part)[0, 1]), shift
