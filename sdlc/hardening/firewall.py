"""Rules of a firewall that let in what the threat model declares for the network, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sdlc.hardening.listening import Declared


def nftables(product: str, ports: Iterable[Declared]) -> str:
    """A file for ``nft -f``: a table of its own that drops what comes in and is not declared."""
    name, declared = _word(product), tuple(ports)
    lines = [
        "#!/usr/sbin/nft -f",
        f"# What {name} lets in, by its threat model; all else is dropped, ssh too. What goes out is not touched.",
        f"add table inet {name}",
        f"delete table inet {name}",
        f"table inet {name} {{",
        "    chain input {",
        "        type filter hook input priority filter; policy drop;",
        "        iif lo accept",
        "        ct state established,related accept",
        "        ct state invalid drop",
        "        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
    ]
    for one in declared:
        if one.network:
            lines.append(f'        {one.protocol} dport {one.port} accept comment "{_word(one.component)}"')
        else:
            lines.append(f"        # {one.protocol} {one.port} of {_word(one.component)}: from this machine alone")
    return "\n".join([*lines, "    }", "}", ""])


def netsh(product: str, ports: Iterable[Declared]) -> str:
    """Commands for Windows, to be run by an administrator: inbound blocked, but for what is declared."""
    name = _word(product)
    lines = [
        "@echo off",
        f"rem What {name} lets in, by its threat model; all else that comes in is blocked, remote desktops too.",
        "netsh advfirewall set allprofiles state on",
        "netsh advfirewall set allprofiles firewallpolicy blockinbound,allowoutbound",
    ]
    for one in ports:
        rule = f"{name} {_word(one.component)} {one.protocol} {one.port}"
        if one.network:
            lines.append(f'netsh advfirewall firewall delete rule name="{rule}" >nul')
            lines.append(
                f'netsh advfirewall firewall add rule name="{rule}" dir=in action=allow '
                f"protocol={one.protocol.upper()} localport={one.port}"
            )
        else:
            lines.append(f"rem {one.protocol} {one.port} of {_word(one.component)}: from this machine alone")
    return "\r\n".join([*lines, ""])


FORMS = {"nftables": nftables, "netsh": netsh}
"""What can be written."""


def _word(text: str) -> str:
    """`text` with nothing in it that a shell or nft reads as more than a word."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[:40] or "product"
