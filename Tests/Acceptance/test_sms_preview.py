# SPDX-License-Identifier: GPL-3.0-or-later
"""`burgernetctl sms preview` needs no daemon: what a text costs, and why."""
import json
import subprocess

import pytest

from support.daemon import BINARIES


def preview(text, *options):
    result = subprocess.run(
        [str(BINARIES / "burgernetctl"), "sms", "preview", text, *options], capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("text, encoding, segments", [
    ("a" * 160, "GSM-7", 1),
    ("a" * 161, "GSM-7", 2),
    # Each of them takes two septets.
    ("€" * 80, "GSM-7", 1),
    ("€" * 81, "GSM-7", 2),
    # Not in the default alphabet: UTF-16, 70 and 67 characters.
    ("Ж" * 70, "UCS-2", 1),
    ("Ж" * 71, "UCS-2", 2),
    # Turkish letters that the default alphabet lacks: a header of 4 octets leaves 155 septets.
    ("ışğ" * 25, "Turkish", 1),
    # ć and ł are in no table of 7 bits.
    ("Zażółć gęślą jaźń. " * 3, "UCS-2", 1),
])
def test_encoding_and_segments(text, encoding, segments):
    shown = json.loads(preview(text, "--json"))
    assert encoding in json.dumps(shown), shown
    assert len(shown["segments"]) == segments, shown


def test_what_made_it_expensive_is_named():
    shown = preview("Vermist: ’s avonds om 8 uur bij het station. " * 3)
    assert "outside GSM" in shown and "’" in shown and "U+2019" in shown
    cheaper = preview("Vermist: ’s avonds om 8 uur bij het station. " * 3, "--transliterate")
    assert "GSM-7" in cheaper
