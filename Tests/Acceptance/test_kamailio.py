# SPDX-License-Identifier: GPL-3.0-or-later
"""Behind a proxy that asks for credentials: right, wrong, and over TCP."""
import pytest

from support.daemon import Trunk, silence
from support.kamailio import Kamailio
from support.process import wait_until
from support.sipp import Sipp

PEOPLE = [(f"+31610{index:06d}", f"P-{index}") for index in range(20)]
MESSAGE = {"language": "nl", "message": silence(300)}


@pytest.fixture
def proxy(ports, processes, tmp_path):
    phones = Sipp(tmp_path / "phones", ports.take(2), "phones.xml", "-aa")
    processes.append(phones)
    kamailio = Kamailio(tmp_path / "kamailio", ports.take(2), phones.port)
    processes.append(kamailio)
    return kamailio, phones


def password_file(tmp_path, text):
    path = tmp_path / "password"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_calls_pass_with_credentials(make_daemon, proxy, tmp_path, transport):
    kamailio, phones = proxy
    daemon = make_daemon([Trunk(
        "kamailio", kamailio.port, Transport=transport, Username="burgernet", Register="yes",
        ProbeInterval="1s", PasswordFile=password_file(tmp_path, "geheim"))]).start()
    daemon.submit({"id": "auth", **MESSAGE}, PEOPLE)
    assert daemon.watch_to_end("auth", timeout=60)["outcomes"] == {"answered": 20}
    assert len(phones.invites()) == 20
    rows = daemon.cdrs()
    assert len(rows) == 20 and all(row["disposition"] == "ANSWERED" for row in rows)
    # BYE goes by the route set that the proxy recorded.
    # Those that a busy machine makes somebody send again count once.
    byes = {(m.call_id, m.cseq): m for m in phones.messages() if m.method == "BYE"}.values()
    assert len(byes) == 20


def test_wrong_password_takes_the_trunk_down_and_calls_go_elsewhere(make_daemon, proxy, ports, processes, tmp_path):
    kamailio, phones = proxy
    other = Sipp(tmp_path / "other", ports.take(2), "phones.xml")
    processes.append(other)
    daemon = make_daemon([
        Trunk("kamailio", kamailio.port, Username="burgernet", Priority=1,
              PasswordFile=password_file(tmp_path, "verkeerd")),
        Trunk("other", other.port, Priority=2),
    ]).start()
    daemon.submit({"id": "wrong", **MESSAGE}, PEOPLE)
    assert daemon.watch_to_end("wrong", timeout=60)["outcomes"] == {"answered": 20}
    assert not phones.invites()
    assert len(other.invites()) == 20
    trunks = {reply["trunk"]["name"]: reply["trunk"] for reply in daemon.json("trunks") if "trunk" in reply}
    assert trunks["kamailio"]["up"] is False
    assert "credentials" in trunks["kamailio"]["reason"]
    assert trunks["other"]["up"]
    assert "kamailio" in daemon.log_text() and "credentials" in daemon.log_text()
    # Once is enough to know it.
    failed = [row for row in daemon.cdrs() if row["trunk"] == "kamailio"]
    assert 1 <= len(failed) <= 20 and all(row["disposition"] == "FAILED" for row in failed)


def test_registration_with_a_wrong_password_takes_the_trunk_down(make_daemon, proxy, tmp_path):
    kamailio, _ = proxy
    daemon = make_daemon([Trunk(
        "kamailio", kamailio.port, Username="burgernet", Register="yes",
        PasswordFile=password_file(tmp_path, "verkeerd"))]).start()

    def reason():
        trunks = [reply["trunk"] for reply in daemon.json("trunks") if "trunk" in reply]
        return trunks[0]["up"] is False and trunks[0].get("reason", "")

    wait_until(lambda: "regist" in (reason() or "").lower() and "40" in reason(), 20, "the registration fails")


def test_a_trunk_that_dies_is_noticed_by_probing(make_daemon, ports, processes, tmp_path):
    first = Sipp(tmp_path / "first", ports.take(2), "phones.xml", "-aa")
    second = Sipp(tmp_path / "second", ports.take(2), "phones.xml", "-aa")
    processes += [first, second]
    daemon = make_daemon([
        Trunk("first", first.port, ProbeInterval="300ms", ProbeTimeout="300ms", Priority=1),
        Trunk("second", second.port, Priority=2),
    ]).start()

    def states():
        return {reply["trunk"]["name"]: "up" if reply["trunk"]["up"] else "down"
                for reply in daemon.json("trunks") if "trunk" in reply}

    wait_until(lambda: states()["first"] == "up", 10, "the first trunk is up")
    first.kill()
    wait_until(lambda: states()["first"] == "down", 10, "the first trunk is seen to be dead")
    daemon.submit({"id": "probe", **MESSAGE}, PEOPLE)
    assert daemon.watch_to_end("probe", timeout=60)["outcomes"] == {"answered": 20}
    assert len(second.invites()) == 20
    back = Sipp(tmp_path / "back", first.port, "phones.xml", "-aa")
    processes.append(back)
    wait_until(lambda: states()["first"] == "up", 10, "the first trunk is back")
