# SPDX-License-Identifier: GPL-3.0-or-later
"""Has calls judged by Sources/CListening, built as it is built for the daemon."""
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "Sources/CListening"


@dataclass
class Judged:
    verdict: str = ""
    score: float = 0
    decided: float = 0   # seconds after the answer
    changes: list = field(default_factory=list)     # (seconds, verdict, score)
    judgements: list = field(default_factory=list)  # (moment, features)
    evidence: list = field(default_factory=list)


def build(directory):
    program = Path(directory) / "judge"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror",
                    f"-I{SOURCE}", f"-I{SOURCE}/include", Path(__file__).with_name("judge.c"), *sorted(SOURCE.glob("*.c")),
                    "-lm", "-o", program], check=True)
    return program


def judge(calls):
    """(call, Judged) of each, and what the program says of its own cost."""
    with tempfile.TemporaryDirectory() as directory:
        program = build(directory)
        audio = Path(directory) / "audio"
        with open(audio, "wb") as file:
            for call in calls:
                file.write(call.frames)
        with open(audio, "rb") as file:
            done = subprocess.run([program, "-j"], stdin=file, capture_output=True, check=True, text=True)
    judged = [Judged() for _ in calls]
    for line in done.stdout.splitlines():
        what, number, *rest = line.split()
        one = judged[int(number)]
        if what == "J":
            one.judgements.append((int(rest[0]), [float(value) for value in rest[1:]]))
        elif what == "C":
            one.changes.append((int(rest[0]) * 0.02 + 0.02, rest[1], float(rest[2])))
        else:
            one.verdict, one.score, one.decided, one.evidence = rest[0], float(rest[1]), int(rest[2]) / 1000, rest[3:]
    return list(zip(calls, judged)), done.stderr.strip()
