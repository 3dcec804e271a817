# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPP over TLS: socat (OpenSSL) stands before a message centre."""
import hashlib
import ssl
import subprocess

import pytest

from support.daemon import Centre, sms
from support.process import Process, wait_until
from support.smsc import NetSmpp


@pytest.fixture
def front(ports, processes, tmp_path):
    """Port and certificate of a TLS listener, and the centre behind it."""
    smsc = NetSmpp(tmp_path / "smsc", ports.take())
    processes.append(smsc)
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    port = ports.take()
    socat = Process(
        ["socat", f"OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,cert={certificate},key={key},verify=0",
         f"TCP:127.0.0.1:{smsc.port}"], tmp_path / "socat.log")
    processes.append(socat)

    def listens():
        return f":{port:04X} 00000000:0000 0A" in open("/proc/net/tcp").read()

    wait_until(listens, 10, "socat listens")
    return port, certificate, smsc


def test_authority_of_its_own(make_daemon, front):
    port, certificate, smsc = front
    daemon = make_daemon([], centres=[Centre("alfa", port, TLS="yes", TLSAuthority=certificate)]).start()
    smsc.wait_bound()
    daemon.submit(sms("secret", receipts=True), [("+31612345678", "P-1")])
    assert daemon.watch_to_end("secret", timeout=20)["outcomes"] == {"delivered": 1}
    binds = [bind for reply in daemon.json("smsc") if "smsc" in reply for bind in reply["smsc"]["binds"]]
    assert binds[0]["tls"].startswith("TLSv1.")


def test_pinned_certificate(make_daemon, front):
    port, certificate, smsc = front
    pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()
    daemon = make_daemon([], centres=[Centre("alfa", port, TLS="yes", TLSCheckAuthority="no", TLSPin=pin)]).start()
    smsc.wait_bound()
    daemon.submit(sms("pinned"), [("+31612345678", "P-1")])
    assert daemon.watch_to_end("pinned", timeout=20)["outcomes"] == {"sent": 1}


@pytest.mark.parametrize("keys", [{"TLSPin": "00" * 32, "TLSCheckAuthority": "no"}, {}])
def test_a_stranger_gets_neither_password_nor_message(make_daemon, front, keys):
    port, _, smsc = front
    daemon = make_daemon([], centres=[Centre("alfa", port, TLS="yes", **keys)]).start()
    wait_until(lambda: "TLS:" in daemon.log_text(), 10, "the refusal is in the log")
    assert not smsc.events("bind")
    binds = [bind for reply in daemon.json("smsc") if "smsc" in reply for bind in reply["smsc"]["binds"]]
    assert "certificate" in binds[0]["last-error"]
