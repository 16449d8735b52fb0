"""A headless Chromium, spoken to over two pipes by its DevTools protocol: no port is opened, no library needed."""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fixtures.processes import eventually

INSTALL_SECONDS_MAX = 300
# A page that draws two hundred operations answers nothing meanwhile.
ANSWER_SECONDS = 90
# The descriptors on which Chromium reads commands and writes answers.
COMMANDS, ANSWERS = 3, 4
# Puts our ends there and becomes the browser. High numbers first, so that neither end is overwritten by the other.
PLACE = f"""
import os, sys
high = [os.dup2(int(end), 100 + place) for place, end in enumerate(sys.argv[1:3])]
os.dup2(high[0], {COMMANDS}), os.dup2(high[1], {ANSWERS})
os.closerange(5, 200)
os.execv(sys.argv[3], sys.argv[3:])
"""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One page of one browser, with all it asked for and all it complained about."""

    def __init__(self, *, program: str, profile: Path) -> None:
        from_us, self._to_browser = os.pipe()
        self._from_browser, to_us = os.pipe()
        placed = [sys.executable, "-S", "-c", PLACE, str(from_us), str(to_us)]
        self.process = subprocess.Popen(
            [*placed, program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(from_us, to_us), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(from_us)
        os.close(to_us)
        self._number = 0
        self._unread = b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go there. What the page before did is forgotten."""
        self.events.clear()
        self.command("Page.navigate", url=url)

    def value(self, expression: str) -> Any:
        """What the expression is in the page, a promise awaited. An error of the page fails the test."""
        found = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait_for(self, expression: str, *, seconds: float = 30) -> None:
        """Until the expression is something true."""
        eventually(lambda: self.value(f"!!({expression})"), seconds=seconds, describe=lambda: str(self.complaints()))

    def requests(self) -> list[str]:
        """Every address that the page asked for, but for what is written in the page itself."""
        sent = [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in sent if urlsplit(url).scheme not in ("data", "blob")]

    def complaints(self) -> list[str]:
        """Errors and warnings: of scripts, of the network, and of what the page's policy forbade."""
        found = []
        for event in self.events:
            method, params = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append(json.dumps(params["exceptionDetails"])[:1000])
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append(json.dumps(params["args"])[:1000])
        return found

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        ends_at = time.monotonic() + ANSWER_SECONDS
        while True:
            answer = self._next_message(ends_at)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                found: dict[str, Any] = answer["result"]
                return found
            if "method" in answer:
                self.events.append(answer)

    def _next_message(self, ends_at: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            readable, _, _ = select.select([self._from_browser], [], [], max(0, ends_at - time.monotonic()))
            assert readable, "the browser does not answer"
            part = os.read(self._from_browser, 1 << 16)
            assert part, "the browser has ended"
            self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def close(self) -> None:
        """End the browser; when its pipe ends it goes by itself."""
        os.close(self._to_browser)
        os.close(self._from_browser)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait(10)


def find_program() -> str | None:
    """Debian's Chromium; where it is missing root gets it from Debian."""
    if shutil.which("chromium") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", *command], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=INSTALL_SECONDS_MAX,
            )  # fmt: skip
    return shutil.which("chromium")


@contextmanager
def a_browser(*, program: str) -> Iterator[Browser]:
    """Open while the block runs, with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="captive-browser-", ignore_cleanup_errors=True) as profile:
        browser = Browser(program=program, profile=Path(profile))
        try:
            yield browser
        finally:
            browser.close()
