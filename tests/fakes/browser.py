"""A real Chromium without a window, driven over a pipe: what it asked for, and what its scripts complained of."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BROUGHT = Path(__file__).parent.parent.parent / ".browser"
"""What `make browser` brought."""


def find() -> str:
    """The machine's own Chromium, or the one that was brought; empty where there is none."""
    own = () if os.environ.get("SDLC_BROWSER") == "brought" else ("chromium", "chromium-browser", "google-chrome")
    brought = str(BROUGHT / "chromium" / "chromium")
    return next(filter(None, map(shutil.which, (*own, brought))), "")


CHROMIUM = find()
AXE = BROUGHT / "axe.min.js"
_FOUND = bool(CHROMIUM) and AXE.exists()
MISSING = "" if _FOUND else "there is no Chromium, or no axe-core: `make browser` brings both, without root"
SECONDS = 60.0
KEYS = {"Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Space": (" ", 32, " ")}


class Browser:
    """One page of one browser; every event since it began is in `events`."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self._writer = reader, writer
        self._buffer, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """The answer of the browser to one command of its protocol."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while True:
            got = self._next()
            if got.get("id") == self._number:
                assert "error" not in got, (method, got)
                result = got["result"]
                assert isinstance(result, dict)
                return result
            self.events.append(got)

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            assert select.select([self._reader], [], [], max(0, until - time.monotonic()))[0], "the browser hangs"
            more = os.read(self._reader, 2**20)
            assert more, "the browser is gone"
            self._buffer += more
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(raw)
        assert isinstance(message, dict)
        return message

    def open(self, path: Path, fragment: str = "", *, width: int = 1200, height: int = 900, dark: bool = False) -> None:
        """Open the file and wait until it is loaded."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self._navigate("about:blank")
        self._navigate(path.as_uri() + (f"#{fragment}" if fragment else ""))

    def _navigate(self, url: str) -> None:
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        got = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def violations(self) -> list[str]:
        """What axe-core finds in the page as it is now: rule, impact and the first element."""
        self.call("Runtime.evaluate", expression=AXE.read_text())
        found = self.run("axe.run(document, {resultTypes: ['violations']}).then((done) => done.violations)")
        return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in found]

    def press(self, key: str) -> None:
        """One key, as from a keyboard."""
        name, code, text = KEYS[key]
        common = {"key": name, "code": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **down, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        self.run("new Promise((done) => setTimeout(done, 20))")  # what it started comes in a later turn

    def type(self, text: str) -> None:
        """Text, as from a keyboard."""
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path) -> None:
        """What is seen now, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def print(self, path: Path) -> bytes:
        """The page on A4, as PDF."""
        inches = {"paperWidth": 8.27, "paperHeight": 11.69}
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True, **inches)
        data = base64.b64decode(answer["data"])
        path.write_bytes(data)
        return data

    @property
    def requests(self) -> list[str]:
        """Everything that was asked for, the page itself among it."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    @property
    def complaints(self) -> list[str]:
        """Errors of scripts, of the security policy, and everything written to the console."""
        names = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Audits.issueAdded")
        return [json.dumps(event["params"])[:500] for event in self.events if event.get("method") in names]


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile below `folder`, ended in the end."""
    from_us, writer = os.pipe()
    reader, to_us = os.pipe()
    flags = "--headless=new --no-sandbox --disable-gpu --remote-debugging-pipe --no-first-run --disable-dev-shm-usage"
    command = f'exec "$0" {flags} --user-data-dir="$1" about:blank 3<&{from_us} 4>&{to_us}'
    brought = Path(CHROMIUM).parent
    own = {"LD_LIBRARY_PATH": str(brought / "lib"), "FONTCONFIG_PATH": str(brought / "fonts")}
    environment = {**os.environ, **(own if brought.is_relative_to(BROUGHT) else {})}
    with (folder / "browser.log").open("wb") as log:
        started = subprocess.Popen(
            [
                "bash",
                "-c",
                command,  # other shells take descriptors of one digit only
                CHROMIUM,
                str(folder / "profile"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(from_us, to_us),
            env=environment,
        )
    os.close(from_us)
    os.close(to_us)
    try:
        yield Browser(reader, writer)
    finally:
        os.close(writer)
        os.close(reader)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
