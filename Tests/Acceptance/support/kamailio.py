# SPDX-License-Identifier: GPL-3.0-or-later
"""Kamailio as a carrier's proxy that asks for digest credentials."""
from pathlib import Path

from .process import Process, wait_until


class Kamailio(Process):
    def __init__(self, directory, port, next_hop, username="burgernet", password="geheim", realm="carrier.example.nl"):
        directory = Path(directory)
        directory.mkdir(parents=True)
        self.port = port
        configuration = directory / "kamailio.cfg"
        configuration.write_text(f"""
debug=2
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "auth.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("rr", "enable_full_lr", 1)
modparam("auth", "nonce_expire", 300)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here"); exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    t_check_trans();
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
""")
        super().__init__(
            ["kamailio", "-f", configuration, "-DD", "-E", "-m", "32", "-M", "4", "-Y", directory, "-P", directory / "pid"],
            directory / "kamailio.log")
        wait_until(lambda: self._is_bound() or not self.is_running(), 15, "Kamailio listens")
        assert self.is_running(), self.text()[-3000:]

    def _is_bound(self):
        with open("/proc/net/udp") as file:
            return f":{self.port:04X} " in file.read()
