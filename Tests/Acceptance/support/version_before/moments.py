# SPDX-License-Identifier: GPL-3.0-or-later
"""What is never the same twice, and is masked before texts are compared."""
import json
import re
from datetime import datetime, timedelta


def without_moments(text):
    """Without what depends on the moment at which it is asked."""
    # What keeps an action back at this moment; the version before did not say it.
    text = re.sub(r'"findings":\[[^]]*\],', "", text)
    text = re.sub(r'("plan":\{[^}]*"percent":)\d+', r"\1…", text)
    return re.sub(r'("actual-[a-z-]+-ms":)\d+', r"\1…", text)


class Mask:
    """Puts something else in the place of each time after the restart."""

    def __init__(self, restarted):
        self._first, self._last = restarted - timedelta(seconds=1), restarted + timedelta(minutes=10)

    def __call__(self, text):
        """Of replies and exports: ISO 8601."""
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", self._iso, without_moments(text))

    def _iso(self, match):
        moment = datetime.fromisoformat(match[0].replace("Z", "+00:00"))
        return "<after the restart>" if self._first <= moment <= self._last else match[0]

    def journalled(self, text):
        """Of the journal: microseconds; and outcomes, which Swift's sets and dictionaries write in any order."""
        text = re.sub(r'"outcomes":\[[^]]*\]', in_order, text)
        return re.sub(r"\b\d{16}\b", self._microseconds, text)

    def _microseconds(self, match):
        is_later = self._first.timestamp() <= int(match[0]) / 1e6 <= self._last.timestamp()
        return "<after the restart>" if is_later else match[0]


def in_order(match):
    values = json.loads("{" + match[0] + "}")["outcomes"]
    if any(isinstance(value, int) for value in values):
        values = zip(values[::2], values[1::2])
    return '"outcomes":' + json.dumps(sorted(values))
