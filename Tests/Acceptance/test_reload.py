# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes, changes, goes and returns by reloads is used as after a fresh start; SIPp and the SMSC are the judges."""
import json
import os
import random
import time
from collections import Counter

import pytest

from support.daemon import Centre, Daemon, Trunk, silence, sms
from support.process import wait_until
from support.sipp import Sipp
from support.smsc import Smpp34

PEOPLE = [(f"+31610{index:06d}", f"P-{index}") for index in range(30)]


def call(daemon, action, people=PEOPLE, timeout=60):
    daemon.submit({"id": action, "language": "nl", "message": silence(100)}, people)
    return daemon.watch_to_end(action, timeout=timeout)["outcomes"]


def invited(sipp):
    return Counter(message.number for message in sipp.invites())


@pytest.fixture
def far_ends(ports, processes, tmp_path):
    """Three carriers by their trunks' names."""
    ends = {}
    for name in ("alfa", "bravo", "charlie"):
        ends[name] = Sipp(tmp_path, ports.take(2), "phones.xml", name=name)
        processes.append(ends[name])
    return ends


def test_a_trunk_that_returns_is_used_again(make_daemon, far_ends):
    alfa = Trunk("alfa", far_ends["alfa"].port)
    daemon = make_daemon([alfa]).start()
    assert call(daemon, "before") == {"answered": 30}
    daemon.trunks = [Trunk("bravo", far_ends["bravo"].port)]
    daemon.reload()
    daemon.trunks = [alfa]
    daemon.reload()
    people = [(f"+31610{1000 + index:06d}", f"Q-{index}") for index in range(300)]
    assert call(daemon, "after", people) == {"answered": 300}
    assert len(daemon.cdrs("--action", "after")) == 300
    assert invited(far_ends["alfa"]) == Counter(number for number, _ in PEOPLE + people)
    assert not far_ends["bravo"].invites()


def test_a_trunk_goes_and_returns_while_its_calls_wait_and_run(make_daemon, far_ends):
    """Nobody fails, nobody is called twice, and no record is of a call that SIPp has not seen."""
    alfa, bravo = Trunk("alfa", far_ends["alfa"].port, CallsPerSecond=40), Trunk("bravo", far_ends["bravo"].port, CallsPerSecond=40)
    daemon = make_daemon([alfa, bravo]).start()
    people = [(f"+31610{1000 + index:06d}", f"Q-{index}") for index in range(400)]
    daemon.submit({"id": "one", "language": "nl", "message": silence(1000)}, people)
    for trunks in ([bravo], [alfa, bravo], [alfa], [alfa, bravo], [bravo], [bravo, alfa]):
        seen = len(daemon.cdrs())
        wait_until(lambda: len(daemon.cdrs()) >= seen + 20, 20, "calls go on")
        daemon.trunks = trunks
        daemon.reload()
    assert daemon.watch_to_end("one", timeout=60)["outcomes"] == {"answered": 400}
    calls = Counter(row["trunk"] for row in daemon.cdrs())
    assert calls == {name: len(far_ends[name].invites()) for name in ("alfa", "bravo")}
    assert sum(calls.values()) == 400 and min(calls.values()) > 50


def test_a_trunk_moves_to_another_address_and_back(make_daemon, far_ends):
    daemon = make_daemon([Trunk("alfa", far_ends["alfa"].port)]).start()
    for turn, name in enumerate(("alfa", "bravo", "charlie", "alfa")):
        daemon.trunks = [Trunk("alfa", far_ends[name].port)]
        daemon.reload()
        assert call(daemon, f"turn-{turn}") == {"answered": 30}
    assert [len(far_ends[name].invites()) for name in ("alfa", "bravo", "charlie")] == [60, 30, 30]
    assert len(daemon.cdrs()) == 120


def test_an_smsc_that_returns_is_used_again(make_daemon, ports, processes, tmp_path):
    smsc, other = [Smpp34(tmp_path / name, ports.take()) for name in ("noord", "zuid")]
    processes.extend([smsc, other])
    noord, zuid = Centre("noord", smsc.port), Centre("zuid", other.port)
    daemon = make_daemon([], centres=[noord, zuid]).start()
    for step, centres in enumerate(([zuid], [noord], [zuid, noord], [noord])):
        daemon.centres = centres
        daemon.reload()
        names = [centre.name for centre in centres]
        state = lambda: {reply["smsc"]["name"]: reply["smsc"] for reply in daemon.json("smsc") if "smsc" in reply}
        wait_until(lambda: list(state()) == names and all(one["up"] for one in state().values()), 15, f"{names} are bound")
        before = [len(one.events("submit")) for one in (smsc, other)]
        daemon.submit(sms(f"step-{step}"), [(f"+3161{step}{index:06d}", f"P-{index}") for index in range(20)])
        assert daemon.watch_to_end(f"step-{step}", timeout=30)["outcomes"] == {"sent": 20}
        after = [len(one.events("submit")) for one in (smsc, other)]
        sent = {name: after[place] - before[place] for place, name in enumerate(("noord", "zuid"))}
        assert sum(sent.values()) == 20 and all(count == 0 for name, count in sent.items() if name not in names)


# ------------------------------------------------------------------ any order

# More of them: RELOAD_SEEDS=100 scripts/test-acceptance DIRECTORY -k any_order
SEEDS = range(int(os.environ.get("RELOAD_SEEDS", "8")))


def tariffs(dice, folder):
    """Writes what carriers and municipalities pay, or nothing; the folder stays, so that files change within it."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for name, key, who in (("noord", "Trunk", "*"), ("alfa", "Trunk", "alfa"), ("gemeenten", "Account", "*")):
        if dice.random() < 0.3:
            continue
        # Every call of the test is shorter than an increment: what it costs is known.
        (folder / f"{name}.tariff").write_text(
            f"[Tariff {name}]\n{key}={who}\nValidFrom={dice.choice(['2020-01-01', '2021-01-01'])}\n"
            f"[Voice all]\nPrefix=+31\nConnectFee={dice.choice(['0.05', '0.07'])}\nPerMinute=0.06\nIncrement=60/60\n"
            + (f"[SMS all]\nPrefix=+31\nPerSegment={dice.choice(['0.04', '0.03'])}\n" if key == "Account" else ""))


def voices(dice):
    """Those that come with it, others, one more, and one that cannot speak."""
    commands = {"nl": [None, "espeak-ng -v nl+f2 -s 140 --stdin --stdout", "espeak-ng -v nl -s 160 --stdin --stdout"],
                "en": [None, "espeak-ng -v en-us --stdin --stdout", "false"],
                "fy": [None, "espeak-ng -v nl --stdin --stdout"]}
    chosen = {language: dice.choice(choice) for language, choice in commands.items()}
    return {f"Language {language}": {"Command": command} for language, command in chosen.items() if command}


def configuration(dice, far_ends, smsc, folder):
    trunks = [
        Trunk(name, dice.choice(list(far_ends.values())).port, CallsPerSecond=dice.choice([20, 100]),
              Channels=dice.choice([20, 100]), Priority=dice.choice([1, 2]),
              ProbeInterval=dice.choice(["0", "1s"]), CallerNumber=dice.choice(["+31182588444", "+31182588445"]))
        for name in dice.sample(sorted(far_ends), dice.randint(1, 3))]
    centres = [Centre(name, smsc.port, Priority=dice.choice([1, 2]), Binds=dice.choice([1, 2]))
               for name in dice.sample(["noord", "zuid"], dice.randint(0, 2))]
    sections = {f"Prefix {prefix}": {"CallsPerSecond": dice.choice([30, 60]), "Channels": 20}
                for prefix in dice.sample(["+31610", "+316100"], dice.randint(0, 2))}
    sections |= {f"Account {account}": {"MonthBudget": dice.choice(["1000", "2000"])}
                 for account in dice.sample(["GM0513", "GM0627"], dice.randint(0, 2))}
    tariffs(dice, folder / "tariffs")
    (folder / "none").mkdir(exist_ok=True)
    sections["Billing"] = {"TariffDirectory": folder / dice.choice(["tariffs", "tariffs", "none"])}
    sections |= voices(dice)
    sections["Call"] = {"ListenAfterMessage": dice.choice(["100ms", "200ms"])}
    return trunks, centres, sections


def seen(daemon):
    """`trunks`, `smsc` and `status`, but for what was counted or measured since the start, or is known by then."""
    trunks = [dict(reply.get("trunk") or reply.get("prefix") or {}) for reply in daemon.json("trunks")]
    smscs = [dict(reply["smsc"]) for reply in daemon.json("smsc") if "smsc" in reply]
    status = daemon.json("status")[-1]["status"]
    for trunk in trunks:
        for key in ("counters", "standing", "unsent", "contact-warning"):
            trunk.pop(key, None)
        for target in trunk.get("targets", []):
            target.pop("round-trip-ms", None)
    for one in smscs:
        one.pop("message-ids")
        one["binds"] = sorted((bind["name"], bind["mode"], bind["state"], bind["window"]) for bind in one["binds"])
    return trunks, smscs, {key: status.get(key) for key in ("calls", "trunks", "trunks-up", "smscs", "smscs-up", "draining", "shortage")}


def heard(daemon, action):
    """What it would be charged, and the sound of a text in each language, or why there is none."""
    found = []
    for language in ("nl", "en"):
        document = daemon.directory / f"{action}.json"
        document.write_text(json.dumps({"id": action, "language": language, "message": [{"text": "Dit is 1 test."}]}))
        people = daemon.directory / "quoted.csv"
        people.write_text("number,account\n+31610000001,GM0513\n+31610000002,GM0627\n")
        result = daemon.run("plan", document, "--recipients", people, "--json")
        replies = [json.loads(line) for line in result.stdout.splitlines()]
        found += [reply["quote"] for reply in replies if "quote" in reply]
        last = replies[-1]
        found.append(last.get("error", {}).get("code") or last["plan"]["message-ms"])
    return found


def charged(daemon, action):
    """Which prices its records have; those of one trunk and account are all the same."""
    return sorted({(row["channel"], row["trunk"], row["cost"], row["cost_tariff"], row["charge"], row["charge_tariff"])
                   for row in daemon.cdrs("--action", action)})


def act(daemon, far_ends, action, index):
    """Which far ends are called, from which numbers, what is heard and charged, and how it ends."""
    before = {name: len(end.invites()) for name, end in far_ends.items()}
    people = [(f"+31610{5000 + 100 * index + number:06d}", f"P-{number}") for number in range(40)]
    accepted = daemon.submit({"id": action, "language": "nl", "message": [{"text": "Een kort bericht."}]}, people)[-1]["accepted"]
    outcomes = daemon.watch_to_end(action, timeout=60)["outcomes"]
    sound = accepted["prompt-hash"], accepted["message-ms"]
    callers = {name: {message.header("From").split("@")[0].split(":")[-1] for message in end.invites()[before[name]:]}
               for name, end in far_ends.items()}
    if daemon.centres:
        daemon.submit(sms(action + "-t"), people[:10])
        outcomes["by SMS"] = daemon.watch_to_end(action + "-t", timeout=30)["outcomes"]
        outcomes["SMS cost"] = charged(daemon, action + "-t")
    return outcomes, callers, sound, heard(daemon, action + "-h"), charged(daemon, action)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_of_reloads_is_as_a_fresh_start(make_daemon, far_ends, ports, processes, tmp_path, seed):
    dice = random.Random(seed)
    smsc = Smpp34(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    trunks, centres, sections = configuration(dice, far_ends, smsc, tmp_path)
    daemon = make_daemon(trunks, centres=centres, sections=sections).start()
    # Long calls beside it all.
    daemon.submit({"id": "beside", "language": "nl", "message": silence(1000)},
                  [(f"+31610{9000 + index:06d}", f"P-{index}") for index in range(300)])
    for _ in range(8):
        daemon.trunks, daemon.centres, daemon.sections = configuration(dice, far_ends, smsc, tmp_path)
        daemon.reload()
        time.sleep(dice.random() / 3)
    assert daemon.watch_to_end("beside", timeout=60)["outcomes"] == {"answered": 300}
    assert Counter(row["callee"] for row in daemon.cdrs("--action", "beside")).most_common(1)[0][1] == 1
    fresh = Daemon(tmp_path / "fresh", ports, daemon.trunks, sections=daemon.sections, centres=daemon.centres)
    processes.append(fresh)
    fresh.start()
    for one in (daemon, fresh):
        wait_until(lambda: one.json("status")[-1]["status"]["smscs-up"] == len(daemon.centres), 15, "all are bound")
        call(one, "warm", [(f"+31610{8000 + index:06d}", f"P-{index}") for index in range(10)])
    assert act(daemon, far_ends, "last", 0) == act(fresh, far_ends, "last", 1)
    wait_until(lambda: seen(daemon) == seen(fresh), 10, "both show the same") if seen(daemon) != seen(fresh) else None
    assert seen(daemon) == seen(fresh)


# ------------------------------------------------------------------ who asks, learns

def test_a_reload_that_is_refused_says_so_to_whoever_asked(make_daemon, far_ends):
    daemon = make_daemon([Trunk("alfa", far_ends["alfa"].port)]).start()
    good = daemon.configuration.read_text()
    unchanged = daemon.json("reload")[-1]["reloaded"]
    assert "TimeScale: retry delays are multiplied by 0.01" in unchanged.pop("warnings")[0]
    assert unchanged == {"changes": [], "at-restart": [], "tariffs": False}
    daemon.configuration.write_text(good.replace("RingTimeout=2s", "RingTimeout=soon").replace("[RTP]", "[RTPP]"))
    line = good.splitlines().index("RingTimeout=2s") + 1
    for command in (["reload"], ["config", "diff"]):
        refused = daemon.run(*command)
        assert refused.returncode == 1 and not refused.stdout, refused
        assert f"{daemon.configuration}:{line}: [Call] RingTimeout" in refused.stderr
        assert "unknown section; did you mean RTP?" in refused.stderr
    # The former one stays, and calls go on by it.
    assert call(daemon, "meanwhile") == {"answered": 30}
    assert json.loads(daemon.run("reload", "--json").stdout.splitlines()[-1])["error"]["code"] == "invalid-configuration"
    daemon.configuration.write_text(good.replace("RingTimeout=2s", "RingTimeout=1500ms"))
    assert daemon.ctl("config", "diff") == "[Call] RingTimeout: 2s -> 1s500ms\n"
    assert "[Call] RingTimeout: 2s -> 1s500ms\nThe configuration is reloaded.\n" == daemon.ctl("reload")
    assert daemon.ctl("config", "diff") == "A reload would change nothing.\n"


def test_the_configuration_that_holds_is_shown_with_file_and_line(make_daemon, far_ends, ports, processes, tmp_path):
    smsc = Smpp34(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    daemon = make_daemon([Trunk("alfa", far_ends["alfa"].port)], centres=[Centre("noord", smsc.port)])
    drop_ins = daemon.directory / "burgernetd.conf.d"
    drop_ins.mkdir()
    (drop_ins / "10-call.conf").write_text("# of the night shift\n[Call]\nRingTimeout=3s\n")
    daemon.start()

    def setting(section, key):
        return next(reply["setting"] for reply in daemon.json("config", "show")
                    if reply.get("setting", {}).get("section") == section and reply["setting"]["key"] == key)

    assert setting("[Call]", "RingTimeout") == {
        "section": "[Call]", "key": "RingTimeout", "value": "3s", "file": f"{drop_ins}/10-call.conf", "line": 3, "at-restart": False}
    assert setting("[Trunk alfa]", "Port")["file"] == str(daemon.configuration)
    assert "file" not in setting("[Call]", "MaximumDuration")
    assert setting("[SIP]", "Port")["at-restart"] is True
    shown = daemon.ctl("config", "show", "--all")
    assert f"[Call]\n" in shown and f"RingTimeout=3s   # {drop_ins}/10-call.conf:3\n" in shown
    assert "MaximumDuration=5min   # default\n" in shown and "MaximumDuration" not in daemon.ctl("config", "show")
    # What holds until the restart is what is shown, whatever the file says.
    port = daemon.sip_port
    daemon.sip_port = ports.take(2)
    daemon.write_configuration()
    assert f"[SIP] Port: {port} -> {daemon.sip_port} (at a restart)" in daemon.ctl("reload")
    assert setting("[SIP]", "Port")["value"] == str(port)
    assert f"{daemon.sip_port} (at a restart)" in daemon.ctl("config", "diff")
    # The password of the SMSC stands nowhere.
    assert "geheim" not in daemon.ctl("config", "show", "--all") + json.dumps(daemon.json("config", "show"))
