# SPDX-License-Identifier: GPL-3.0-or-later
"""Kamailio as a carrier's proxy that asks for digest credentials."""
from pathlib import Path

from .process import Process, wait_until


# What every proxy of these tests needs.
MODULES = "".join(f'loadmodule "{name}.so"\n' for name in ("sl", "tm", "tmx", "rr", "pv", "maxfwd", "textops", "siputils"))
# The first lines of request_route: limits, dialogs, CANCEL.
IN_DIALOG = """
    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (has_totag()) {
        if (loose_route()) { t_relay(); exit; }
        if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
        sl_send_reply("404", "Not here"); exit;
    }
    if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
"""


class KamailioProcess(Process):
    """Kamailio with a configuration, listening on `port` over UDP at least. `memory`: shared and private, in MiB."""

    def __init__(self, directory, port, configuration, memory):
        directory = Path(directory)
        directory.mkdir(parents=True)
        self.port = port
        file = directory / "kamailio.cfg"
        file.write_text(configuration)
        shared, private = memory
        super().__init__(
            ["kamailio", "-f", file, "-DD", "-E", "-m", shared, "-M", private, "-Y", directory, "-P", directory / "pid"],
            directory / "kamailio.log")
        wait_until(lambda: self._is_bound() or not self.is_running(), 15, "Kamailio listens")
        assert self.is_running(), self.text()[-3000:]

    def _is_bound(self):
        with open("/proc/net/udp") as file:
            return f":{self.port:04X} " in file.read()


class Kamailio(KamailioProcess):
    """Asks for digest credentials."""

    def __init__(self, directory, port, next_hop, username="burgernet", password="geheim", realm="carrier.example.nl"):
        super().__init__(directory, port, f"""
debug=2
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
{MODULES}loadmodule "auth.so"
modparam("rr", "enable_full_lr", 1)
modparam("auth", "nonce_expire", 300)
request_route {{{IN_DIALOG}    t_check_trans();
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("REGISTER")) {{
        if ($au != "{username}" || !pv_www_authenticate("{realm}", "{password}", "0")) {{
            auth_challenge("{realm}", "1");
            exit;
        }}
    }}
    if (is_method("INVITE")) {{
        if ($au != "{username}" || !pv_proxy_authenticate("{realm}", "{password}", "0")) {{
            auth_challenge("{realm}", "1");
            exit;
        }}
        consume_credentials();
    }}
    if (is_method("REGISTER")) {{ append_to_reply("Expires: 60\\r\\n"); sl_send_reply("200", "OK"); exit; }}
    if (is_method("INVITE")) {{ record_route(); }}
    $du = "sip:127.0.0.1:{next_hop}";
    t_relay();
}}
""", memory=(32, 4))
