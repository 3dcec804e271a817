# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package: what lintian, mandoc and the shells say of it, and its life in a system of its own."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.daemon import BINARIES, ROOT, Trunk, silence

CTL = BINARIES / "burgernetctl"


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert result.returncode == 0, (command, result.stdout[-3000:], result.stderr[-3000:])
    return result.stdout


def build(directory):
    return Path(run(ROOT / "scripts/build-deb", BINARIES, directory).strip())


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return build(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def content(package, tmp_path_factory):
    """What is in it, unpacked."""
    tree = tmp_path_factory.mktemp("content")
    run("dpkg-deb", "--extract", package, tree)
    return tree


def test_lintian_finds_nothing(package):
    result = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning", package], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_same_programs_make_the_same_package(package, tmp_path):
    assert build(tmp_path).read_bytes() == package.read_bytes()


def test_man_pages_are_clean_and_complete(content):
    pages = sorted((content / "usr/share/man").rglob("*.gz"))
    assert {page.name.removesuffix(".gz") for page in pages} >= {
        "burgernetctl.1", "burgernetsim.1", "burgernetd.8", "burgernetd.conf.5", "burgernetd-cdr.5"}
    for page in pages:
        result = subprocess.run(["mandoc", "-T", "lint", page], capture_output=True, text=True)
        # Our own pages are not installed where it looks.
        complaints = [line for line in result.stdout.splitlines() if "not found: Xr burgernet" not in line]
        assert not complaints, complaints
    text = {page.name: run("mandoc", "-T", "utf8", "-O", "width=78", page) for page in pages}
    plain = {name: re.sub(".\b", "", page) for name, page in text.items()}
    # Every command, option and exit status of the help; every section and key of the documents.
    said = json.loads(run(CTL, "--describe"))
    for command in said["commands"]:
        assert f"   {command['name']}" in plain["burgernetctl.1.gz"], command["name"]
        for option in command["options"]:
            assert f"--{option['name']}" in plain["burgernetctl.1.gz"]
    assert re.search(r"^ +75 +The daemon cannot write its journal", plain["burgernetctl.1.gz"], re.M)
    for option in re.findall(r"^  (--\S+)", run(BINARIES / "burgernetd", "--help"), re.M):
        assert re.search(rf"^ +{option}\b", plain["burgernetd.8.gz"], re.M), option
    for key in re.findall(r"^\| `([A-Z]\w+=)`", (ROOT / "docs/configuration.md").read_text(), re.M):
        assert re.search(rf"^ +{key}", plain["burgernetd.conf.5.gz"], re.M), key
    # No Markdown is left over.
    for name, page in plain.items():
        assert "](" not in page and not re.search(r"\*\*[A-Za-z]", page) and "\\f" not in page, name


def test_the_help_and_the_description_are_of_one_table():
    said = json.loads(run(CTL, "--describe"))
    overview = run(CTL, "--help")
    assert said["summary"] in overview
    for command in said["commands"]:
        text = run(CTL, *command["name"].split(), "--help")
        for option in command["options"] + said["common"]:
            assert f"--{option['name']}" in text
        for example in command["examples"]:
            assert example in text


# MARK: Completion

def complete(*words, env=None):
    return [line.split("\t")[0] for line in
            run(CTL, "--complete", "--", *words, env={**os.environ, **(env or {})}).splitlines()]


def test_completion_knows_commands_options_and_values():
    nowhere = {"BURGERNETD_SOCKET": "/nonexistent"}
    assert {"submit", "show", "trunk", "participants"} <= set(complete(""))
    assert complete("parti") == ["participants"]
    assert {"import", "export", "forget"} <= set(complete("participants", ""))
    assert complete("trunk", "f") == ["forget"]
    assert "--dry-run" in complete("submit", "--")
    # What was given once is not offered again, what may be repeated is.
    assert "--dry-run" not in complete("submit", "--dry-run", "--")
    assert "--field" in complete("submit", "--field", "a=b", "--")
    assert complete("submit", "") == [":files"]
    assert complete("submit", "--recipients", "") == [":files"]
    assert complete("report", "--format", "") == ["html", "csv"]
    assert complete("statement", "--language", "n") == ["nl"]
    assert complete("--socket", "") == [":files"]
    # A daemon that is not there makes no noise between the words of a command line.
    assert complete("show", "", env=nowhere) == [] and complete("trunk", "up", "", env=nowhere) == []
    assert complete("no-such-command", "") == [] and complete("show", "x", "y", "", env=nowhere) == []


def test_completion_knows_actions_and_trunks_in_every_shell(content, make_daemon, ports):
    daemon = make_daemon([Trunk("alfa", ports.take(2)), Trunk("bravo", ports.take(2))]).start()
    daemon.submit({"id": "2026-0042", "message": silence(1000)}, [("+31612345678", "P-1")])
    env = {**os.environ, "BURGERNETD_SOCKET": str(daemon.socket), "PATH": f"{BINARIES}:{os.environ['PATH']}"}
    assert complete("trunk", "up", "", env=env) == ["alfa", "bravo"]
    assert complete("show", "2026", env=env) == ["2026-0042"]
    assert complete("why", "+31612345678", "--action", "", env=env) == ["2026-0042"]
    share = content / "usr/share"
    bash = f"""
        source /usr/share/bash-completion/bash_completion
        source {share}/bash-completion/completions/burgernetctl
        try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${{#COMP_LINE}}; COMPREPLY=()
                 _burgernetctl; echo "${{COMPREPLY[@]}}"; }}
        try burgernetctl trunk up ''
        try burgernetctl show 20
        try burgernetctl cdr ''
        cd {ROOT}; try burgernetctl submit Pack"""
    assert run("bash", "--norc", "-c", bash, env=env).splitlines() == [
        "alfa bravo", "2026-0042", "export verify credit rerate", "Package.swift"]
    fish = f"source {share}/fish/vendor_completions.d/burgernetctl.fish; complete -C 'burgernetctl trunk up b'"
    assert run("fish", "--no-config", "-c", fish, env=env).startswith("bravo")
    zsh = f"""
        autoload -Uz compinit; compinit -u -d {daemon.directory}/zcompdump
        _describe() {{ print -l -- $described }}
        _call_program() {{ shift; eval "$*" }}
        words=(burgernetctl show 20); CURRENT=3
        source {share}/zsh/vendor-completions/_burgernetctl"""
    assert run("zsh", "-f", "-c", zsh, env=env).startswith("2026-0042:")


# MARK: The life of the package

def is_static():
    return "libswiftCore" not in run("ldd", BINARIES / "burgernetd")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A Debian 12 of its own, as little as there is."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("debootstrap needs root")
    tree = tmp_path_factory.mktemp("system") / "root"
    sources = "".join(path.read_text() for path in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
                      if path.is_file())
    mirror = re.search(r"https?://\S+/debian/?(?=\s)", re.sub(r"^\s*#.*$", "", sources, flags=re.M))
    assert mirror, "the machine's apt names no mirror of Debian"
    run("debootstrap", "--variant=minbase", "bookworm", tree, mirror[0])
    (tree / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (tree / "usr/sbin/policy-rc.d").chmod(0o755)
    return tree


def inside(system, command, check=True, isolated=False, **environment):
    """A shell command in it, with its own /proc; `isolated`: in a network of its own."""
    script = f"ip link set lo up; mount -t proc proc {system}/proc && mount --bind /dev {system}/dev && exec chroot {system} /bin/sh -ec '{command}'"
    result = subprocess.run(["unshare", "--mount", "--pid", "--fork", *(["--net"] if isolated else []), "sh", "-ec", script], capture_output=True, text=True,
                            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                 "LC_ALL": "C.UTF-8", **environment})
    assert not check or result.returncode == 0, (command, result.stdout[-3000:], result.stderr[-3000:])
    return result


def repacked(package, version, directory):
    """The same package by another version's number."""
    tree = directory / version
    run("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    preinst = tree / "DEBIAN/preinst"
    preinst.write_text(re.sub(r'gt "[^"]*"', f'gt "{version}"', preinst.read_text()))
    target = directory / f"burgernetd_{version}.deb"
    run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, target)
    return target


@pytest.mark.skipif(not is_static(), reason="the programs need the Swift toolchain: build with --static-swift-stdlib")
def test_install_upgrade_downgrade_remove_purge(package, system, tmp_path):
    def install(file, check=True):
        shutil.copy(file, system / "tmp/burgernetd.deb")
        return inside(system, "apt-get install -y --no-install-recommends --allow-downgrades /tmp/burgernetd.deb", check)

    install(package)
    # What is shipped lacks trunks, and says so; with one it starts, as its own user, and the example of an action is called.
    unconfigured = inside(system, "burgernetd --check", check=False)
    assert unconfigured.returncode == 78 and "no trunk is configured" in unconfigured.stderr
    assert inside(system, "getent passwd burgernetd").stdout.startswith("burgernetd:")
    examples = "/usr/share/doc/burgernetd/examples"
    (system / "etc/burgernetd/burgernetd.conf.d/50-example.conf").write_text(
        (system / f"{examples}/burgernetd.conf".lstrip("/")).read_text())
    assert "the configuration is good" in inside(system, "burgernetd --check").stdout
    # Nothing listens on a port of ours or of others: its network is its own.
    start = f"""install -d -o burgernetd -g burgernetd -m 700 /var/lib/burgernetd /run/burgernetd
        burgernetsim --share answer=100 --log /tmp/calls.jsonl --duration 60 &
        phones=$!
        setpriv --reuid=burgernetd --regid=burgernetd --clear-groups burgernetd &
        daemon=$!
        for i in $(seq 100); do burgernetctl status >/tmp/status 2>&1 && break; sleep 0.1; done
        burgernetctl submit {examples}/action.json --recipients {examples}/recipients.csv
        burgernetctl watch EXAMPLE-1 >/dev/null
        burgernetctl show EXAMPLE-1 --json
        kill $daemon; wait $daemon; kill $phones; wait $phones || true"""
    shown = inside(system, start, isolated=True).stdout
    line = next(line for line in shown.splitlines() if '"action"' in line)
    assert json.loads(line)["action"]["outcomes"]["answered"] == 5, shown
    journal = system / "var/lib/burgernetd"
    before = {path.name for path in journal.iterdir()}
    assert any(name.startswith("journal") for name in before)
    # What the administrator changed stays through an upgrade.
    with (system / "etc/burgernetd/burgernetd.conf").open("a") as file:
        file.write("# ours\n")
    install(repacked(package, "99.0", tmp_path))
    assert "# ours" in (system / "etc/burgernetd/burgernetd.conf").read_text()
    assert {path.name for path in journal.iterdir()} >= before
    # Back to an older version, which may not read the journal of the newer one: refused, and nothing is changed.
    refused = install(package, check=False)
    assert refused.returncode != 0 and "may not be able to read" in refused.stderr + refused.stdout
    assert "99.0" in inside(system, "dpkg-query -W -f \"\\${Version}\" burgernetd").stdout
    inside(system, "apt-get remove -y burgernetd")
    assert {path.name for path in journal.iterdir()} >= before and (system / "etc/burgernetd/burgernetd.conf").exists()
    assert not (system / "usr/sbin/burgernetd").exists()
    inside(system, "apt-get purge -y burgernetd")
    assert not journal.exists() and not (system / "etc/burgernetd/burgernetd.conf").exists()
