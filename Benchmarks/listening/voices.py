# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices: what people, real and synthetic, said, as arrays of samples at 8 kHz.

Real ones were recorded for telephone exchanges and games and lie in Debian packages, which are fetched and unpacked, not
installed. Whoever speaks for training never speaks for the measurement, and the languages that are measured are not those
of training where that is marked."""
import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

RATE = 8000
HERE = Path(__file__).resolve().parent

PACKAGES = [
    "asterisk-core-sounds-en-wav", "asterisk-core-sounds-es-wav", "asterisk-core-sounds-fr-wav",
    "asterisk-core-sounds-it-wav", "asterisk-core-sounds-ru-wav", "asterisk-prompt-es-co", "asterisk-prompt-fr-armelle",
    "asterisk-prompt-it-menardi-wav", "asterisk-moh-opsound-wav", "fillets-ng-data", "fillets-ng-data-cs",
    "fillets-ng-data-nl", "ktuberling-data", "colobot-common-sounds",
]

ASTERISK = "usr/share/asterisk/sounds/"
FISH = "usr/share/games/fillets-ng/sound/*/"
TUBERLING = "usr/share/ktuberling/sounds/"

# name: (language, glob below the unpacked packages)
TRAINING = {
    "allison-en": ("en", ASTERISK + "en_US_f_Allison/*.wav"),
    "allison-es": ("es", ASTERISK + "es_MX_f_Allison/*.wav"),
    "june": ("fr", ASTERISK + "fr_CA_f_June/*.wav"),
    "carlo": ("it", ASTERISK + "it_IT_m_Carlo/*.wav"),
    "fish-cs-small": ("cs", FISH + "cs/*-m-*.ogg"),
    "fish-cs-large": ("cs", FISH + "cs/*-v-*.ogg"),
    **{f"tuberling-{code}": (code, TUBERLING + f"{code}/*") for code in ("ca", "da", "en", "fr", "lt", "uk", "gl", "el")},
}
# Languages of none of those, but Spanish, French and Italian.
MEASURED = {
    "ivrvoice": ("ru", ASTERISK + "ru_RU_f_IvrvoiceRU/*.wav"),
    "fish-nl-small": ("nl", FISH + "nl/*-m-*.ogg"),
    "fish-nl-large": ("nl", FISH + "nl/*-v-*.ogg"),
    "colombian": ("es", ASTERISK + "es/*.gsm"),
    "armelle": ("fr", ASTERISK + "fr/*.gsm"),
    "menardi": ("it", ASTERISK + "it_IT_f_Menardi/*.wav"),
    **{f"tuberling-{code}": (code, TUBERLING + f"{code}/*") for code in ("de", "sl", "wa", "ru")},
}
MUSIC_TRAINING = ["usr/share/games/colobot/music/*.ogg", "usr/share/asterisk/moh/m*.wav"]
MUSIC_MEASURED = ["usr/share/games/fillets-ng/music/*.ogg", "usr/share/asterisk/moh/reno*.wav"]

# (program, language, voice)
SYNTHETIC_TRAINING = [("espeak-ng", language, variant) for language in ("en", "fr", "es", "it", "pt", "da")
                      for variant in ("m1", "m3", "f1", "f2", "klatt")] + [
    ("flite", "en", "kal"), ("flite", "en", "rms"), ("flite", "en", "awb")]
SYNTHETIC_MEASURED = [("espeak-ng", language, variant) for language in ("nl", "de", "pl", "sv")
                      for variant in ("m2", "m7", "f4", "f5", "Andy", "belinda", "klatt4")] + [("flite", "en", "slt")]
NOT_SPOKEN = ("beep", "tone", "tt-", "silence", "ding")


@dataclass
class Voice:
    name: str
    language: str
    utterances: list = field(default_factory=list)  # real voices: whatever was said
    texts: dict = field(default_factory=dict)       # synthetic ones: kind of text: utterances


def fetch(directory):
    """Gets the packages from the machine's own Debian archive and unpacks them."""
    archives, root = directory / "archives", directory / "root"
    if (directory / "complete").exists():
        return root
    archives.mkdir(parents=True, exist_ok=True)
    root.mkdir(exist_ok=True)
    if subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=archives, stdout=subprocess.DEVNULL).returncode:
        sys.exit("listening: apt-get download failed; apt-get update first, as root")
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", archive, root], check=True)
        archive.unlink()
    (directory / "complete").touch()
    return root


def read_sound(path, seconds=20):
    """Samples at 8 kHz, one channel, nothing but zeros taken off."""
    command = ["sox", "-V1", str(path), "-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE), "-c", "1", "-", "trim", "0",
               str(seconds)]
    done = subprocess.run(command, capture_output=True)
    return np.frombuffer(done.stdout[:len(done.stdout) // 2 * 2], dtype="<i2").astype(np.float32) / 32768


def trim(samples):
    """Without the silence around what was said, at -20 dBov of the loud parts."""
    count = len(samples) // 160
    if count < 10:
        return None
    power = (samples[:count * 160].reshape(count, 160) ** 2).mean(axis=1)
    loud = np.sort(power)[-max(count // 5, 1):].mean()
    if loud < 1e-6:
        return None
    active = np.flatnonzero(power > loud * 0.003)
    first, last = max(active[0] - 1, 0), min(active[-1] + 2, count)
    return samples[first * 160:last * 160] * np.sqrt(0.01 / loud)


def say(program, language, voice, text):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        if program == "flite":
            command = ["flite", "-voice", voice, "-t", text, "-o", file.name]
        else:
            command = ["espeak-ng", "-v", f"{language}+{voice}", "-w", file.name, text]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return trim(read_sound(file.name))


def load(directory, name, make):
    """What make() returns, kept in the directory for the next time."""
    path = directory / f"{name}.npy"
    if not path.exists():
        sounds = [sound for sound in make() if sound is not None]
        lengths = np.array([len(sound) for sound in sounds], dtype=np.int64)
        flat = np.concatenate([np.zeros(0, np.float32), *sounds])
        np.save(path, np.concatenate([[len(lengths)], lengths, (flat * 32767).astype(np.int64)]).astype(np.int32))
    stored = np.load(path)
    count = int(stored[0])
    samples = stored[1 + count:].astype(np.float32) / 32767
    return np.split(samples, np.cumsum(stored[1:count])) if count else []


def load_voices(directory, root, real, synthetic):
    texts = json.loads((HERE / "texts.json").read_text())
    cache = directory / "sounds"
    cache.mkdir(exist_ok=True)
    voices = []
    with ThreadPoolExecutor(2) as pool:
        for name, (language, pattern) in real.items():
            files = sorted(path for path in root.glob(pattern) if path.suffix in (".wav", ".ogg", ".gsm")
                           and not any(word in path.stem for word in NOT_SPOKEN))
            random.Random(name).shuffle(files)
            sounds = load(cache, name, lambda: pool.map(lambda file: trim(read_sound(file)), files[:400]))
            voices.append(Voice(name, language, [sound for sound in sounds if len(sound) > 0.25 * RATE]))
        for program, language, variant in synthetic:
            name = f"{program}-{language}-{variant}"
            voice = Voice(name, language)
            for kind, said in texts[language].items():
                voice.texts[kind] = load(cache, f"{name}-{kind}", lambda: pool.map(
                    lambda text: say(program, language, variant, text), said))
            voices.append(voice)
    return voices


def load_music(directory, root, patterns):
    cache = directory / "sounds"
    cache.mkdir(exist_ok=True)
    pieces = []
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            pieces += load(cache, f"music-{path.stem}", lambda: [trim(read_sound(path, 60))])
    return pieces
