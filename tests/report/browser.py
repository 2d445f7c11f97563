"""A headless Chromium for tests, spoken to over two pipes by the DevTools protocol; it reaches no network."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
)
_PATIENCE_S = 300


@dataclass(slots=True)
class Page:
    """A page that was opened, and what happened on it.

    Attributes:
        requests: Addresses that were asked for.
        failed: Those that could not be loaded.
        told: Errors and warnings: of the console, of scripts, of the policy.
    """

    _send: int
    _receive: int
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    _numbers: int = 0
    _session: str = ""
    _rest: bytes = b""
    _answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    _happened: list[str] = field(default_factory=list)

    def attach(self) -> None:
        """Open an empty tab and listen to it."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.ask(f"{domain}.enable")

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until all that it shows is loaded."""
        self.ask("Page.navigate", url="about:blank")
        self.settle(0.1)
        self.requests.clear()
        self.failed.clear()
        self.told.clear()
        self._happened.clear()
        self.ask("Page.navigate", url=path.resolve().as_uri() + fragment)
        end = time.monotonic() + _PATIENCE_S
        while "Page.loadEventFired" not in self._happened:
            assert time.monotonic() < end, f"{path} does not load"
            self._listen(0.2)
        self.settle()
        assert self.evaluate("location.protocol") == "file:", f"{path} cannot be opened"

    def settle(self, seconds: float = 0.3) -> None:
        """Listen for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._listen(0.05)

    def width(self, columns: int, rows: int = 900) -> None:
        """Give the window a size in CSS pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=columns,
            height=rows,
            deviceScaleFactor=1,
            mobile=columns < 600,
        )

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Show it as on ``print``, or in a scheme of colours."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", media=kind, features=features)

    def scripts(self, *, allowed: bool) -> None:
        """Let scripts run or not, from the next page on."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not allowed)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - whatever it gives
        """The value of an expression on the page, or of the promise that it is."""
        found = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def key(self, name: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)

    def picture(self, *, rows: int | None = None) -> bytes:
        """The page as a PNG: what is in sight, or its first ``rows``."""
        clip: dict[str, Any] = {}
        if rows is not None:
            columns = self.evaluate("innerWidth")
            clip = {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": columns, "height": rows, "scale": 1},
            }
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", **clip)["data"])

    def pdf(self, paper: tuple[float, float]) -> bytes:
        """The page as a PDF, on a paper of so many inches."""
        found = self.ask(
            "Page.printToPDF",
            paperWidth=paper[0],
            paperHeight=paper[1],
            preferCSSPageSize=False,
            printBackground=True,
        )
        return base64.b64decode(found["data"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the protocol takes
        """Send a command and wait for its answer."""
        self._numbers += 1
        message: dict[str, Any] = {"id": self._numbers, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + _PATIENCE_S
        while self._numbers not in self._answers:
            assert time.monotonic() < end, f"no answer to {method}"
            self._listen(0.2)
        answer = self._answers.pop(self._numbers)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _listen(self, seconds: float) -> None:
        if not select.select([self._receive], [], [], seconds)[0]:
            return
        read = os.read(self._receive, 1 << 20)
        assert read, "the browser has ended"
        *messages, self._rest = (self._rest + read).split(b"\0")
        for one in messages:
            self._take(json.loads(one))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
            return
        method, params = message["method"], message["params"]
        self._happened.append(method)
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.loadingFailed":
                if not params.get("canceled"):
                    self.failed.append(params["errorText"])
            case "Runtime.exceptionThrown":
                self.told.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.told.append(json.dumps(params["args"]))
            case "Log.entryAdded":
                self.told.append(params["entry"]["text"])
            case "Audits.issueAdded":
                if params["issue"]["code"] == "ContentSecurityPolicyIssue":
                    self.told.append(json.dumps(params["issue"]))
            case _:
                pass


@contextlib.contextmanager
def opened_browser(profile: Path) -> Iterator[Page]:
    """Start a Chromium with a fresh profile for a ``with`` block."""
    assert CHROMIUM is not None
    to_browser, send = os.pipe()
    receive, from_browser = os.pipe()

    def arrange() -> None:  # the browser reads commands from 3 and writes answers to 4
        os.dup2(os.dup(to_browser), 13)
        os.dup2(os.dup(from_browser), 14)
        os.dup2(13, 3)
        os.dup2(14, 4)

    process = subprocess.Popen(
        [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        preexec_fn=arrange,  # noqa: PLW1509 - the pipes have to be where the browser looks for them
        close_fds=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        page = Page(send, receive)
        page.attach()
        yield page
    finally:
        with contextlib.suppress(OSError):
            os.close(send)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        os.close(receive)
