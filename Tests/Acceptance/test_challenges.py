# SPDX-License-Identifier: GPL-3.0-or-later
"""Challenges to INVITEs: stale nonces, several realms (RFC 3261 22)."""
import pytest

from support.daemon import Trunk, silence
from support.digest import credentials
from support.kamailio import Kamailio
from support.phone import answering
from support.sipp import Sipp

MESSAGE = {"language": "nl", "message": silence(100)}
UNAUTHORIZED = "401 Unauthorized"
PROXY = "407 Proxy Authentication Required"


def asks(realm, nonce, proxy=False, more=""):
    return f'{"Proxy" if proxy else "WWW"}-Authenticate: Digest realm="{realm}", nonce="{nonce}", qop="auth"{more}'


def password_file(tmp_path, text="geheim"):
    path = tmp_path / "password"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


CASES = {
    "a stale nonce": (
        [(UNAUTHORIZED, [asks("a", "1")]), (UNAUTHORIZED, [asks("a", "2", more=", stale=true")])],
        {"Authorization": [("a", "2")]}),
    "twice a stale nonce": (
        [(PROXY, [asks("a", "1", True)]), (PROXY, [asks("a", "2", True, ", stale=TRUE")]),
         (PROXY, [asks("a", "3", True, ", stale=true")])],
        {"Proxy-Authorization": [("a", "3")]}),
    "a new nonce that is not called stale": (
        [(PROXY, [asks("a", "1", True)]), (PROXY, [asks("a", "2", True)])],
        {"Proxy-Authorization": [("a", "2")]}),
    "two proxies": (
        [(PROXY, [asks("a", "1", True)]), (PROXY, [asks("b", "2", True)])],
        {"Proxy-Authorization": [("a", "1"), ("b", "2")]}),
    "three proxies and a telephone system": (
        [(PROXY, [asks("a", "1", True)]), (PROXY, [asks("b", "2", True)]), (PROXY, [asks("c", "3", True)]),
         (UNAUTHORIZED, [asks("d", "4")])],
        {"Proxy-Authorization": [("a", "1"), ("b", "2"), ("c", "3")], "Authorization": [("d", "4")]}),
    "a proxy and a server in one answer": (
        [(UNAUTHORIZED, [asks("a", "1"), asks("b", "2", True)])],
        {"Authorization": [("a", "1")], "Proxy-Authorization": [("b", "2")]}),
    "both of one realm": (
        [(PROXY, [asks("a", "1", True), asks("a", "2")])],
        {"Authorization": [("a", "2")], "Proxy-Authorization": [("a", "1")]}),
}


@pytest.mark.parametrize("case", CASES)
def test_challenges_are_answered(make_daemon, ports, processes, tmp_path, case):
    rounds, expected = CASES[case]
    sipp = Sipp(tmp_path, ports.take(2), answering(tmp_path, rounds))
    processes.append(sipp)
    daemon = make_daemon([Trunk("alfa", sipp.port, Username="burgernet", PasswordFile=password_file(tmp_path))]).start()
    daemon.submit({"id": "challenged", **MESSAGE}, [("+31610000001", "P-1")])
    assert daemon.watch_to_end("challenged", timeout=30)["outcomes"] == {"answered": 1}
    invites = sipp.invites()
    assert len(invites) == len(rounds) + 1 and len({invite.call_id for invite in invites}) == 1
    assert {kind: sorted(found) for kind, found in credentials(invites[-1]).items()} == expected
    assert credentials(invites[0]) == {}
    (row,) = daemon.cdrs()
    assert (row["disposition"], row["sip_code"]) == ("ANSWERED", "200")


def test_two_proxies_with_realms_of_their_own(make_daemon, ports, processes, tmp_path):
    phones = Sipp(tmp_path / "phones", ports.take(2), "phones.xml", "-aa")
    inner = Kamailio(tmp_path / "inner", ports.take(2), phones.port, realm="inner.example.nl")
    outer = Kamailio(tmp_path / "outer", ports.take(2), inner.port, realm="outer.example.nl")
    processes += [phones, inner, outer]
    daemon = make_daemon([Trunk(
        "outer", outer.port, Username="burgernet", PasswordFile=password_file(tmp_path))]).start()
    daemon.submit({"id": "realms", **MESSAGE}, [(f"+31610{index:06d}", f"P-{index}") for index in range(20)])
    assert daemon.watch_to_end("realms", timeout=60)["outcomes"] == {"answered": 20}
    assert len(phones.invites()) == 20
    assert all(row["disposition"] == "ANSWERED" for row in daemon.cdrs())
