"""Ports: what the model declares, what the code shows, what was opened; and the rules of a firewall for the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdlc.errors import UnreadableError
from sdlc.hardening.firewall import FORMS, netsh, nftables
from sdlc.hardening.listening import (
    Observed,
    Socket,
    declared_by,
    dump_observed,
    judge_ports,
    load_observed,
    table,
    watched,
)
from sdlc.model.finding import Confidence
from sdlc.surface.claim import Claim, Component
from sdlc.surface.item import Item, Spot

WEB = Component("box", "web", "threat_models/box.yaml", ("app/*",), (Claim("listen:tcp/8080", 0),))
SCP = Component(
    "box", "scp", "threat_models/box.yaml", ("scp/*",), (Claim("dicom-scp:tcp/11112 C-STORE", 0, bind="any"),)
)
FLOW = Component("box", "sink", "threat_models/box.yaml", ("sink/*",), (), flows=(("in", 5514),), crossed=True)
MODEL = (WEB, SCP, FLOW)
OPEN = (Socket("tcp", 8080, "127.0.0.1", "app"), Socket("tcp", 11112, "0.0.0.0"), Socket("tcp", 5514, "::"))


def seen(*sockets: Socket) -> Observed:
    return Observed(("app",), "namespace", 5.0, sockets)


def said(observed: Observed | None, items: tuple[Item, ...] = ()) -> list[tuple[str, str]]:
    return [(one.rule, one.subject) for one in judge_ports(items, MODEL, observed)]


def test_what_is_open_as_declared_is_no_finding() -> None:
    assert said(seen(*OPEN)) == []
    assert said(seen(*OPEN, Socket("tcp", 8080, "127.0.0.53"), Socket("tcp", 8080, "::1"))) == []
    assert [row.state for row in table((), MODEL, seen(*OPEN))] == ["declared"] * 3


def test_a_port_that_nobody_declared_is_named() -> None:
    (one,) = judge_ports((), MODEL, seen(*OPEN, Socket("tcp", 2323, "0.0.0.0", "telnetd")))
    assert (one.rule, one.subject) == ("HARD-PORT-UNDECLARED", "tcp/2323")
    assert one.message == "tcp/2323 is open at 0.0.0.0 by telnetd, and no claim of the threat model speaks of it"
    assert said(seen(*OPEN, Socket("udp", 8080, "127.0.0.1"))) == [("HARD-PORT-UNDECLARED", "udp/8080")]


def test_a_wider_address_than_declared() -> None:
    for address in ("0.0.0.0", "::", "10.0.0.7"):
        assert said(seen(*OPEN[1:], Socket("tcp", 8080, address))) == [("HARD-PORT-ADDRESS", f"tcp/8080 on {address}")]


def test_a_declared_port_that_is_not_open_weighs_less_and_a_product_that_was_not_seen_proves_nothing() -> None:
    (one,) = judge_ports((), MODEL, seen(*OPEN[:2]))
    assert (one.rule, one.subject, one.severity) == ("HARD-PORT-CLOSED", "tcp/5514", "low")
    assert said(replace(seen(), problem="it ended")) == []
    assert said(None) == []


def test_a_port_that_the_machine_chose_has_no_number() -> None:
    one, two = (list(judge_ports((), MODEL, seen(*OPEN, Socket("tcp", port, "127.0.0.1")))) for port in (40000, 50000))
    assert [f.fingerprint for f in one] == [f.fingerprint for f in two]
    (udp,) = judge_ports((), MODEL, seen(*OPEN, Socket("udp", 40000, "0.0.0.0")))
    assert udp.confidence is Confidence.LOW


def test_without_a_start_the_code_alone_is_compared() -> None:
    items = (
        Item("listen", "tcp/2323", (Spot("app/a.py", 7),), bind="127.0.0.1"),
        Item("listen", "tcp/{?port}", (Spot("a", 1),)),
    )
    (one,) = judge_ports(items, MODEL, None)
    assert (one.rule, str(one.place)) == ("HARD-PORT-UNDECLARED", "app/a.py:7")
    assert said(None, (Item("listen", "tcp/8080", (Spot("app/a.py", 1),), bind="0.0.0.0"),)) == [
        ("HARD-PORT-ADDRESS", "tcp/8080 on 0.0.0.0")
    ]


def test_the_evidence_says_what_was_seen() -> None:
    observed = seen(*sorted(OPEN))
    assert load_observed(dump_observed(observed)) == observed
    for bad in (b"{}", b'{"schema": "sdlc.listening/1"}', b'{"schema": "sdlc.listening/1", "sockets": 1}'):
        with pytest.raises(UnreadableError):
            load_observed(bad)


@pytest.mark.parametrize("data", [b"", b"{}", b"hello", b'{"sockets": [1]}', b'{"sockets": [["tcp", "x", "", ""]]}'])
def test_a_product_that_writes_into_its_watcher_gives_no_answer(data: bytes) -> None:
    assert "disturbed its watcher" in watched(data, seen()).problem


def test_a_firewall_lets_in_what_is_declared_for_the_network_and_nothing_else() -> None:
    rules = nftables("My Box; drop", declared_by(MODEL))
    assert [line.strip() for line in rules.splitlines() if " dport " in line] == [
        'tcp dport 5514 accept comment "sink"',
        'tcp dport 11112 accept comment "scp"',
    ]
    assert "policy drop;" in rules
    assert "# tcp 8080 of web: from this machine alone" in rules
    assert "2323" not in rules
    assert "table inet My_Box_drop {" in rules
    assert rules.count("{") == rules.count("}")
    windows = netsh("My Box & del", declared_by(MODEL))
    assert "blockinbound,allowoutbound" in windows
    assert windows.count("action=allow") == 2
    assert 'add rule name="My_Box_del scp tcp 11112" dir=in action=allow protocol=TCP localport=11112' in windows
    assert set(FORMS) == {"nftables", "netsh"}
