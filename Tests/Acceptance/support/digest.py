# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest credentials of a SIP message, checked by ourselves (RFC 2617 3.2.2, MD5)."""
import hashlib
import re


def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def credentials(message, username="burgernet", password="geheim"):
    """(realm, nonce) of each Authorization and Proxy-Authorization header; a wrong response is an error."""
    found = {}
    for kind, text in re.findall(r"^(Authorization|Proxy-Authorization)\s*:\s*Digest\s*(.*?)\s*$", message.text, re.M):
        values = {name.lower(): quoted or plain
                  for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', text)}
        secret, target = md5(username, values["realm"], password), md5(message.method, values["uri"])
        if values.get("qop"):
            expected = md5(secret, values["nonce"], values["nc"], values["cnonce"], values["qop"], target)
        else:
            expected = md5(secret, values["nonce"], target)
        assert values["username"] == username and values["response"] == expected, text
        found[kind] = found.get(kind, []) + [(values["realm"], values["nonce"])]
    return found
