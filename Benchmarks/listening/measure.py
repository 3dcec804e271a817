# SPDX-License-Identifier: GPL-3.0-or-later
"""The confusion matrix, on voices and languages that training never heard, with Wilson's intervals."""
import math
from collections import Counter, defaultdict

import calls
import listening
import voices

VERDICTS = ["human-likely", "machine", "screened", "fax", "silence", "unknown", "undecided"]


def wilson(hits, count, z=1.96):
    """95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    p = hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def share(hits, count):
    low, high = wilson(hits, count)
    return f"{hits:5} of {count:5}  {100 * hits / max(count, 1):6.2f} %  ({100 * low:.2f} to {100 * high:.2f})"


def report(judged, cost):
    table = defaultdict(Counter)
    for call, one in judged:
        table[call.kind][one.verdict] += 1
    print(f"{'is':<10}" + "".join(f"{verdict:>14}" for verdict in VERDICTS))
    for kind in calls.SHARES:
        print(f"{kind:<10}" + "".join(f"{table[kind][verdict]:>14}" for verdict in VERDICTS))
    print()

    def count(kind, *verdicts, of=lambda call: True):
        all_of = [one for call, one in judged if call.kind == kind and of(call)]
        return sum(one.verdict in verdicts for one in all_of), len(all_of)

    taken = ("machine", "screened", "fax")
    print("people taken for a machine         ", share(*count("person", *taken)))
    print("people recognised                  ", share(*count("person", "human-likely")))
    print("machines recognised                ", share(*count("machine", "machine")))
    print("  with a beep                      ", share(*count("machine", "machine", of=lambda call: call.beep)))
    print("machines taken for people          ", share(*count("machine", "human-likely")))
    print("assistants recognised              ", share(*count("screened", "screened")))
    others = [count(kind, "human-likely") for kind in ("ringback", "busy", "sit", "fax", "music", "silence")]
    print("tones, music, silence as people    ", share(sum(hits for hits, _ in others), sum(of for _, of in others)))
    for what, of in {"real voices": lambda call: call.real, "synthetic voices": lambda call: not call.real,
                     "Dutch": lambda call: call.language == "nl", "PCMA": lambda call: call.codec == calls.PCMA,
                     "PCMU": lambda call: call.codec == calls.PCMU, "1 % loss": lambda call: call.lossy,
                     "street": lambda call: call.noise == "street", "babble": lambda call: call.noise == "babble"}.items():
        people, machines, assistants = (count("person", *taken, of=of), count("machine", "machine", of=of),
                                        count("screened", "screened", of=of))
        print(f"  {what:<17} people lost {people[0]:4} of {people[1]:4}, machines {machines[0]:4} of {machines[1]:4}, "
              f"assistants {assistants[0]:4} of {assistants[1]:4}")
    times = sorted(next(at for at, verdict, _ in one.changes if verdict == "human-likely") - call.greeting_end
                   for call, one in judged if call.kind == "person" and one.verdict == "human-likely")
    if times:
        print(f"person: decided after the greeting   median {times[len(times) // 2]:.2f} s, "
              f"99 % {times[len(times) * 99 // 100]:.2f} s; within 1.5 s: {share(sum(at <= 1.5 for at in times), len(times))}")
    print(cost)


def measure(directory, seed, count):
    root = voices.fetch(directory)
    people = voices.load_voices(directory, root, voices.MEASURED, voices.SYNTHETIC_MEASURED)
    music = voices.load_music(directory, root, voices.MUSIC_MEASURED)
    judged, cost = listening.judge(list(calls.make_calls(seed, count, people, music)))
    report(judged, cost)
    return judged
