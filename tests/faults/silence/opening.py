"""A link whose channels take a while to open, as a program: `python -m tests.faults.silence.opening URL FILE`.

It appends a line to FILE whenever it begins to open and when the link is up. What is usually allowed for opening is
shortened, so that its test is short.
"""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - everything after the patch sees green sockets
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from chassis.bus import link  # noqa: E402

OPEN_SECONDS, LINGER_SECONDS = 2.0, 0.5


def main(url: str, file: Path) -> None:
    def note(line: str) -> None:
        with file.open("a") as journal:
            journal.write(f"{line}\n")

    def open_slowly(channel: Any) -> None:
        note("opening")
        eventlet.sleep(LINGER_SECONDS)
        channel.basic_qos(0, 1, False)

    link.OPEN_SECONDS_MAX = OPEN_SECONDS
    slow = link.Link(url=url, name="slow")
    slow.lane("only", open_with=open_slowly)
    slow.start()
    while True:
        if slow.wait_until_up(timeout_seconds=60):
            note("up")
        eventlet.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
