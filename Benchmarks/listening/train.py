# SPDX-License-Identifier: GPL-3.0-or-later
"""The coefficients of Sources/CListening/coefficients.h: logistic regressions over what the detector measured at the moments
at which it judges. Same seed, same packages: same file."""
import numpy as np

import calls
import listening
import voices

MOMENTS = ["LISTENING_AT_PAUSE", "LISTENING_IN_SPEECH", "LISTENING_AT_END", "LISTENING_NO_SPEECH_AT_PAUSE",
           "LISTENING_NO_SPEECH_IN_SPEECH"]
FEATURES = ["log(0.2 + spoken)", "log(0.2 + longest)", "longest over 1.5, to 4", "spoken over 3, to 10", "log(phrases)",
            "onset", "loud share", "syllables/s", "slope", "slope's deviation", "slope's swing", "level's deviation",
            "toned share", "log(0.2 + last)", "steady share", "level's moves"]
PENALTY = 3.0
SPOKEN = ("person", "machine", "screened")

# What each moment asks, of which kinds of calls; and how much more a call of that kind weighs: a person who is taken for a
# machine is worse than the reverse.
QUESTIONS = {
    "LISTENING_AT_PAUSE": ({"person": 0, "machine": 1, "screened": 1}, {"person": 2.0}),
    "LISTENING_IN_SPEECH": ({"person": 0, "machine": 1, "screened": 1}, {"person": 2.0}),
    "LISTENING_AT_END": ({"machine": 0, "screened": 1}, {}),
    "LISTENING_NO_SPEECH_AT_PAUSE": ({**dict.fromkeys(SPOKEN, 0), **dict.fromkeys(
        ("music", "ringback", "busy", "silence", "fax"), 1)}, {"person": 3.0}),
    "LISTENING_NO_SPEECH_IN_SPEECH": ({**dict.fromkeys(SPOKEN, 0), **dict.fromkeys(
        ("music", "ringback", "busy", "silence", "fax"), 1)}, {}),
}


# An assistant and a machine may have the same voice: what counts is how long it speaks.
ONLY = {"LISTENING_AT_END": {"log(0.2 + spoken)", "log(0.2 + longest)", "longest over 1.5, to 4", "spoken over 3, to 10",
                             "log(phrases)", "log(0.2 + last)"}}
# Judged at the same moments as another question.
TOGETHER = {"LISTENING_NO_SPEECH_AT_PAUSE": "LISTENING_AT_PAUSE", "LISTENING_NO_SPEECH_IN_SPEECH": "LISTENING_IN_SPEECH"}


def terms(features):
    """As listening_probability() takes them: for each feature itself and its products with itself and those before."""
    columns = []
    for i in range(features.shape[1]):
        columns.append(features[:, i])
        columns += [features[:, i] * features[:, j] for j in range(i + 1)]
    return np.stack(columns, axis=1)


def plain_terms(w, mean, spread):
    """Coefficients over standardised features become those over plain ones, the constant first."""
    count = len(mean)
    constant, linear, square = w[-1], np.zeros(count), np.zeros((count, count))
    at = 0
    for i in range(count):
        linear[i] += w[at] / spread[i]
        constant -= w[at] * mean[i] / spread[i]
        at += 1
        for j in range(i + 1):
            q = w[at] / spread[i] / spread[j]
            square[i, j] += q
            linear[i] -= q * mean[j]
            linear[j] -= q * mean[i]
            constant += q * mean[i] * mean[j]
            at += 1
    flat = [constant]
    for i in range(count):
        flat += [linear[i], *square[i, :i + 1]]
    return np.array(flat)


def regress(features, labels, weights, only=None, penalty=PENALTY):
    """Newton's method, on standardised features and their products."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    if only:
        unused = np.array([name not in only for name in FEATURES])
        features = np.where(unused, mean, features)
    x = np.hstack([terms((features - mean) / spread), np.ones((len(features), 1))])
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 1e-6
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (weights * (p - labels)) + ridge * w
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return plain_terms(w, mean, spread)


def rows(judged, moment, labels, extra):
    """Features, label and weight of each judgement; a call weighs the same however often it was judged."""
    features, wanted, weights = [], [], []
    for call, one in judged:
        # A machine that beeps says so by itself.
        if call.kind not in labels or (moment == "LISTENING_AT_END" and call.beep):
            continue
        of_moment = [values for at, values in one.judgements if MOMENTS[at] == TOGETHER.get(moment, moment)]
        for values in of_moment:
            features.append(values)
            wanted.append(labels[call.kind])
            weights.append(extra.get(call.kind, 1.0) / len(of_moment))
    return np.array(features), np.array(wanted, float), np.array(weights)


def write(path, coefficients, command):
    lines = ["/* SPDX-License-Identifier: GPL-3.0-or-later */",
             f"/* Made by: {command}. Do not edit. */",
             "#ifndef LISTENING_COEFFICIENTS_H", "#define LISTENING_COEFFICIENTS_H", "",
             '#include "verdict.h"', "",
             "/* Constant; for each feature itself and with those up to it: " + "; ".join(FEATURES) + " */",
             "static const float listening_coefficients[LISTENING_MOMENTS][LISTENING_TERMS] = {"]
    for moment in MOMENTS:
        lines.append(f"    [{moment}] = {{")
        values = [f"{value:.6e}f," for value in coefficients[moment]]
        lines += ["        " + " ".join(values[at:at + 8]) for at in range(0, len(values), 8)]
        lines.append("    },")
    path.write_text("\n".join([*lines, "};", "", "#endif", ""]))


def train(directory, seed, count, command):
    root = voices.fetch(directory)
    people = voices.load_voices(directory, root, voices.TRAINING, voices.SYNTHETIC_TRAINING)
    music = voices.load_music(directory, root, voices.MUSIC_TRAINING)
    made = list(calls.make_calls(seed, count, people, music))
    path = listening.SOURCE / "coefficients.h"
    coefficients = {moment: np.zeros(1 + len(FEATURES) * (len(FEATURES) + 3) // 2) for moment in MOMENTS}
    # What is judged depends on what was judged before; after two rounds it has settled.
    for _ in range(3):
        judged, _ = listening.judge(made)
        for moment, (labels, extra) in QUESTIONS.items():
            features, wanted, weights = rows(judged, moment, labels, extra)
            if len(features) and 0 < wanted.sum() < len(wanted):
                coefficients[moment] = regress(features, wanted, weights, ONLY.get(moment))
            print(f"{moment:32} {len(features):6} judgements, {int(wanted.sum())} yes")
        write(path, coefficients, command)
