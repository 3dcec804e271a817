# SPDX-License-Identifier: GPL-3.0-or-later
"""Kamailio as a carrier that has room for so many calls a second, and answers 503 to the rest."""
from .kamailio import IN_DIALOG, MODULES, KamailioProcess


class Limiter(KamailioProcess):
    """Passes INVITEs on to `next_hop`: `per_second` of them in each second of its own clock (pipelimit)."""

    def __init__(self, directory, port, next_hop, per_second, retry_after=None):
        header = f'append_to_reply("Retry-After: {retry_after}\\r\\n");' if retry_after else ""
        super().__init__(directory, port, f"""
debug=2
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:{port}
{MODULES}loadmodule "pipelimit.so"
modparam("rr", "enable_full_lr", 1)
modparam("pipelimit", "timer_interval", 1)
request_route {{{IN_DIALOG}    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
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
""", memory=(64, 8))
