# SPDX-License-Identifier: GPL-3.0-or-later
"""Kamailio as a carrier that has room for so many calls a second, and answers 503 to the rest."""
from pathlib import Path

from .process import Process, wait_until


class Limiter(Process):
    """Passes INVITEs on to `next_hop`: `per_second` of them in each second of its own clock (pipelimit)."""

    def __init__(self, directory, port, next_hop, per_second, retry_after=None):
        directory = Path(directory)
        directory.mkdir(parents=True)
        self.port = port
        configuration = directory / "kamailio.cfg"
        header = f'append_to_reply("Retry-After: {retry_after}\\r\\n");' if retry_after else ""
        configuration.write_text(f"""
debug=2
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:{port}
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "pipelimit.so"
modparam("rr", "enable_full_lr", 1)
modparam("pipelimit", "timer_interval", 1)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here"); exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("ACK")) {{ t_check_trans(); exit; }}
    t_check_trans();
    if (!pl_check("carrier", "TAILDROP", "{per_second}")) {{
        {header}
        sl_send_reply("503", "No Room");
        exit;
    }}
    record_route();
    $du = "sip:127.0.0.1:{next_hop}";
    t_relay();
}}
""")
        super().__init__(
            ["kamailio", "-f", configuration, "-DD", "-E", "-m", "64", "-M", "8", "-Y", directory, "-P", directory / "pid"],
            directory / "kamailio.log")
        wait_until(lambda: self._is_bound() or not self.is_running(), 15, "Kamailio listens")
        assert self.is_running(), self.text()[-3000:]

    def _is_bound(self):
        with open("/proc/net/udp") as file:
            return f":{self.port:04X} " in file.read()
