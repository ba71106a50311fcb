"""How many tests of other people's clients really ran: none at all is a failure, never a green line."""

from __future__ import annotations

import pytest

_ran: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and not report.skipped and "interop/" in report.nodeid:
        _ran.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if "interop" in str(session.config.option.markexpr).split() and not _ran and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    clients = sorted({name.partition("::")[0].rpartition("test_")[2].removesuffix(".py") for name in _ran})
    if clients:
        terminalreporter.write_line(f"{len(_ran)} tests ran with clients of others: {', '.join(clients)}")
    elif str(terminalreporter.config.option.markexpr) == "interop":
        terminalreporter.write_line("no client of others ran; that is a failure of `make interop`")
