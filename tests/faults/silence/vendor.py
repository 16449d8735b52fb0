"""A vendor that counts: every request with its time, and what it did for whom."""

import threading
import time
from bisect import bisect_left
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self


class CountingVendor:
    """Answers on 127.0.0.1; while it is down it says so and does nothing, while it hangs it takes and says nothing."""

    def __init__(self) -> None:
        self.is_down = False
        self.answers_after_seconds = 0.0
        self.requests_at: list[float] = []
        self.done: Counter[str] = Counter()
        self.at_work = 0
        self.at_work_most = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.vendor = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/ring"
        self._thread = threading.Thread(target=self._server.serve_forever, name="vendor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def done_of(self, story: str) -> Counter[str]:
        """What it did for these, by their whole names, and how often."""
        with self._lock:
            return Counter({name: times for name, times in self.done.items() if name.startswith(f"{story} ")})

    def take(self, name: str) -> int:
        """The status with which a request is answered."""
        with self._lock:
            self.requests_at.append(time.monotonic())
            if self.is_down:
                return 503
            self.done[name] += 1
            self.at_work += 1
            self.at_work_most = max(self.at_work, self.at_work_most)
        time.sleep(self.answers_after_seconds)
        with self._lock:
            self.at_work -= 1
        return 200

    def forget(self) -> None:
        with self._lock:
            self.requests_at.clear()
            self.done.clear()
            self.answers_after_seconds = 0.0
            self.at_work_most = 0

    def peak_per_second(self) -> int:
        """The most requests that arrived within any one second."""
        times = sorted(self.requests_at)
        return max((bisect_left(times, at + 1.0) - number for number, at in enumerate(times)), default=0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    vendor: CountingVendor


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    server: Any
    quiet: ClassVar[bool] = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = self.server.vendor.take(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: thousands of lines help nobody."""
