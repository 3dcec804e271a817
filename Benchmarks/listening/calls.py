# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls as the gateway would hear them: what was said, by whom, over which line. Everything follows from the seed."""
import struct
from dataclasses import dataclass

import numpy as np

RATE = 8000
FRAME = 160
PCMA, PCMU = 1, 2


@dataclass
class Call:
    kind: str            # person, machine, screened, fax, ringback, busy, sit, music, silence
    voice: str
    language: str
    real: bool
    noise: str           # quiet, hiss, street, babble
    lossy: bool
    greeting_end: float  # of a person's first words, seconds after the answer
    beep: bool
    codec: int
    frames: bytes        # as judge.c reads them


def pause(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


# ------------------------------------------------------------------------------- what is said

def short_ones(voice, kind="person", longest=2.3):
    said = voice.texts.get(kind) or voice.utterances
    return [sound for sound in said if 0.25 * RATE <= len(sound) <= longest * RATE] or said


def pick(rng, sounds):
    return sounds[rng.integers(len(sounds))]


def person(rng, voice):
    """What somebody says who picks up, and when the first greeting is over."""
    parts = [pause(rng.uniform(0.1, 1.8))]
    short = short_ones(voice)
    style = rng.random()
    parts.append(pick(rng, short))
    if style < 0.2:  # greeting and name, together no longer than three seconds
        rest = 3.0 - len(parts[1]) / RATE
        more = [sound for sound in short if len(sound) < rest * RATE - 0.3 * RATE]
        if more:
            parts += [pause(rng.uniform(0.1, 0.5)), pick(rng, more)]
    end = sum(map(len, parts)) / RATE
    if 0.2 <= style < 0.45:  # hello? ... hello?
        brief = short_ones(voice, longest=1.3)
        for _ in range(rng.integers(1, 4)):
            parts += [pause(rng.uniform(1.3, 3.5)), pick(rng, brief)]
    elif style > 0.9:  # says something while the message plays
        parts += [pause(rng.uniform(2.5, 6)), pick(rng, short)]
    return parts, end


def sentences(rng, voice, kind, least, most):
    """Long speech of one voice, in seconds about."""
    if voice.texts:
        said = [pick(rng, voice.texts[kind])]
        while sum(map(len, said)) < least * RATE:
            said += [pause(rng.uniform(0.2, 0.7)), pick(rng, voice.texts[kind])]
        return said
    goal, said = rng.uniform(least, most) * RATE, []
    # None may lead much beyond what was meant.
    long = [sound for sound in voice.utterances if 1.2 * RATE < len(sound) < 0.6 * most * RATE] or voice.utterances
    while sum(map(len, said)) < goal:
        if said:
            said.append(pause(rng.uniform(0.9, 1.6) if rng.random() < 0.06 else rng.uniform(0.15, 0.7)))
        said.append(pick(rng, long))
    return said


def tone(rng, frequencies, seconds, level):
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * f * time + rng.uniform(0, 6.28)) for f in frequencies) / len(frequencies)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.003)
    return (wave * edge * 10 ** (level / 20) * np.sqrt(2)).astype(np.float32)


def beep(rng):
    level = rng.uniform(-23, -9)
    style = rng.random()
    if style < 0.12:  # two after each other
        return np.concatenate([tone(rng, [rng.uniform(400, 2000)], rng.uniform(0.13, 0.3), level) for _ in range(2)])
    if style < 0.2:  # two at once
        low = rng.uniform(400, 650)
        return tone(rng, [low, low * rng.uniform(1.2, 1.9)], rng.uniform(0.2, 0.8), level)
    return tone(rng, [pick(rng, [rng.uniform(400, 2000), 440, 1000, 1004, 1400, 800, 950, 425])],
                rng.uniform(0.15, 1.0), level)


def machine(rng, voice):
    beeps = rng.random() < 0.92
    least, most = (7, 20) if not beeps else (1.5, 3.5) if rng.random() < 0.1 else (3, 15)
    parts = [pause(rng.uniform(0.05, 1.5)), *sentences(rng, voice, "machine", least, most)]
    if beeps:
        parts += [pause(rng.uniform(0.1, 1.6)), beep(rng)]
    return parts, beeps


def screened(rng, voice):
    parts = [pause(rng.uniform(0.1, 1.5)), *sentences(rng, voice, "screening", 3, 8)]
    if rng.random() < 0.4:  # asks again
        parts += [pause(rng.uniform(4, 7)), pick(rng, short_ones(voice, "screening", 3))]
    return parts


def fax(rng):
    if rng.random() < 0.5:
        return [pause(rng.uniform(0, 1)), *[part for _ in range(3) for part in
                                           (tone(rng, [1100 + rng.uniform(-38, 38)], 0.5, rng.uniform(-25, -9)), pause(3))]]
    return [pause(rng.uniform(0.2, 2)), tone(rng, [2100 + rng.uniform(-15, 15)], rng.uniform(2.6, 4), rng.uniform(-25, -9))]


def ringback(rng):
    tones, on, off = pick(rng, [([425], 1, 4), ([440, 480], 2, 4), ([400, 450], 0.4, 2), ([425], 1.5, 3.5), ([425], 1.67, 3.33)])
    level = rng.uniform(-30, -12)
    parts = [pause(rng.uniform(0, 2))]
    for _ in range(3):
        if on == 0.4:  # two in a row, as in Britain
            parts += [tone(rng, tones, 0.4, level), pause(0.2)]
        parts += [tone(rng, tones, on, level), pause(off)]
    return parts


def busy(rng):
    tones, time = pick(rng, [([425], 0.5), ([425], 0.25), ([480, 620], 0.5), ([425], 0.2), ([480, 620], 0.25), ([425], 0.48)])
    level = rng.uniform(-30, -12)
    return [pause(rng.uniform(0, 1)), *[part for _ in range(8) for part in (tone(rng, tones, time, level), pause(time))]]


def sit(rng, voice):
    level = rng.uniform(-25, -10)
    parts = [pause(rng.uniform(0, 1))]
    for f in (950, 1400, 1800):
        parts += [tone(rng, [f + rng.uniform(-20, 20)], 0.33, level), pause(rng.uniform(0, 0.03))]
    return parts + [pause(0.5), *sentences(rng, voice, "machine", 2, 5)]


# ------------------------------------------------------------------------------- the line

def street(rng, count):
    """Low, swelling: cars that pass. Power 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / RATE)
    noise = np.fft.irfft(spectrum / np.maximum(hz, 60) ** 0.7, count)
    time = np.arange(count) / RATE
    swell = np.ones(count)
    for _ in range(rng.integers(1, 4)):
        swell += rng.uniform(0.5, 2) * np.exp(-((time - rng.uniform(0, count / RATE)) / rng.uniform(1, 3)) ** 2)
    noise *= swell
    return (noise / np.sqrt((noise ** 2).mean() + 1e-12)).astype(np.float32)


def babble(rng, voices, count):
    noise = np.zeros(count, np.float32)
    for _ in range(6):
        at = 0
        voice = voices[rng.integers(len(voices))]
        said = voice.utterances or voice.texts["machine"]
        while at < count:
            sound = pick(rng, said)[:count - at]
            noise[at:at + len(sound)] += sound
            at += len(sound) + int(rng.uniform(0.05, 0.3) * RATE)
    return noise / np.sqrt((noise ** 2).mean() + 1e-12)


def telephone(samples):
    """300 to 3400 Hz."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= 1 / np.sqrt(1 + (250 / np.maximum(hz, 1)) ** 6) / np.sqrt(1 + (hz / 3500) ** 20)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def pcma(samples):
    """ITU-T G.711, table 1."""
    size = np.minimum(np.abs(samples), 32767).astype(np.int32) >> 3
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    step = np.where(segment > 0, size >> segment, size >> 1) & 15
    return (((segment << 4 | step) | np.where(samples >= 0, 0x80, 0)) ^ 0x55).astype(np.uint8)


def pcmu(samples):
    """ITU-T G.711, table 2."""
    size = np.minimum(np.abs(samples), 32635).astype(np.int32) + 132
    segment = np.floor(np.log2(size)).astype(np.int32) - 7
    step = (size >> (segment + 3)) & 15
    return (~((segment << 4 | step) | np.where(samples < 0, 0x80, 0)) & 0xff).astype(np.uint8)


def over_the_line(rng, parts, voices, seconds):
    """Level, line, noise, codec, loss. Returns noise, lossy, codec, frames."""
    seconds = np.ceil(seconds)  # whole seconds are transformed quickly
    samples = np.concatenate([*parts, pause(max(seconds - sum(map(len, parts)) / RATE, 1))])[:int(seconds * RATE)]
    samples = samples * 10 ** (rng.uniform(-9, 5) / 20)  # speech comes with -20 dBov
    kind = ("quiet", "hiss", "street", "babble")[rng.choice(4, p=(0.25, 0.25, 0.35, 0.15))]
    speech = np.sqrt((samples[np.abs(samples) > 1e-4] ** 2).mean()) if (np.abs(samples) > 1e-4).any() else 0.05
    if kind == "street":
        samples = samples + street(rng, len(samples)) * speech * 10 ** (-rng.uniform(12, 25) / 20)
    elif kind == "babble":
        samples = samples + babble(rng, voices, len(samples)) * speech * 10 ** (-rng.uniform(18, 30) / 20)
    elif kind == "hiss":
        samples = samples + rng.standard_normal(len(samples)).astype(np.float32) * 10 ** (-rng.uniform(45, 65) / 20)
    if rng.random() < 0.3:  # what we play comes back, faintly
        said = pick(rng, voices)
        echo = np.concatenate([pause(0.3), *[pick(rng, said.utterances or said.texts["machine"]) for _ in range(3)]])
        echo = echo[:len(samples)] * 10 ** (-rng.uniform(28, 40) / 20)
        samples = samples + np.pad(echo, (0, len(samples) - len(echo)))
    if rng.random() < 0.7:
        samples = telephone(samples)
    codec = int(rng.choice([PCMA, PCMU]))
    words = np.clip(samples * 32768, -32768, 32767)
    octets = (pcma if codec == PCMA else pcmu)(words)
    count = len(octets) // FRAME
    lossy = rng.random() < 0.5
    arrives = np.ones(count, np.uint8)
    if lossy:
        arrives = (rng.random(count) >= 0.01).astype(np.uint8)
    frames = np.concatenate([arrives[:, None], octets[:count * FRAME].reshape(count, FRAME)], axis=1)
    return kind, lossy, codec, struct.pack("=II", codec, count) + frames.tobytes()


SHARES = {"person": 0.4, "machine": 0.28, "screened": 0.16, "fax": 0.02, "ringback": 0.02, "busy": 0.02, "sit": 0.02,
          "music": 0.06, "silence": 0.02}


def make_calls(seed, count, voices, music, only=None):
    """Voices are equally likely, whatever they have said."""
    rng = np.random.default_rng(seed)
    talkers = {"person": [voice for voice in voices if voice.texts or len(short_ones(voice)) >= 5],
               # Who said single words only makes no recording.
               "long": [voice for voice in voices if voice.texts or
                        sum(len(sound) for sound in voice.utterances if len(sound) > 1.5 * RATE) > 60 * RATE]}
    names = [only] if only else list(SHARES)
    weights = np.array([SHARES[name] for name in names])
    for _ in range(count):
        kind = str(rng.choice(names, p=weights / weights.sum()))
        voice = pick(rng, talkers["person" if kind == "person" else "long"])
        greeting_end, beeps, seconds = 0.0, False, 14.0
        if kind == "person":
            parts, greeting_end = person(rng, voice)
        elif kind == "machine":
            parts, beeps = machine(rng, voice)
            seconds = sum(map(len, parts)) / RATE + 8
        elif kind == "screened":
            parts = screened(rng, voice)
            seconds = sum(map(len, parts)) / RATE + 7
        elif kind == "music":
            piece = pick(rng, music)
            start = int(rng.integers(max(len(piece) - 14 * RATE, 1)))
            parts = [pause(rng.uniform(0, 1)), piece[start:start + 13 * RATE]]
        elif kind == "silence":
            parts = [pause(10)]
        elif kind == "sit":
            parts = sit(rng, voice)
        else:
            parts = {"fax": fax, "ringback": ringback, "busy": busy}[kind](rng)
        noise, lossy, codec, frames = over_the_line(rng, parts, voices, seconds)
        spoken = kind in ("person", "machine", "screened")
        yield Call(kind, voice.name if spoken else "", voice.language if spoken else "", not voice.texts, noise, lossy,
                   greeting_end, beeps, codec, frames)
