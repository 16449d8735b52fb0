"""Stands in for a service: `NAME [BEHAVIOUR]`. It answers readiness, notes what happens to it, and ends as told."""

import os
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

NAME = sys.argv[1]
BEHAVIOUR = sys.argv[2] if len(sys.argv) > 2 else "serves"


def note(what: str) -> None:
    with Path(os.environ["FAKE_NOTES"]).open("a") as notes:
        notes.write(f"{NAME} {what} {os.getpid()}\n")


def end(*_: object) -> NoReturn:
    note("stopped")
    os._exit(0)


def main() -> None:
    note("started")
    if BEHAVIOUR == "fails":
        print("this cannot work")
        sys.exit(1)
    if BEHAVIOUR == "finishes":
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN if BEHAVIOUR == "lingers" else end)
    if BEHAVIOUR == "has-a-child":
        started = subprocess.Popen(["sleep", "600"])
        note(f"has {started.pid} as")
    serve()


def serve() -> None:
    """Readiness until the parent's pipe ends; what comes over the pipe is not looked at."""
    with socket.create_server(("127.0.0.1", int(os.environ["OPS_PORT"]))) as listener:
        selector = selectors.DefaultSelector()
        selector.register(sys.stdin, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    end()
                answer(listener)


def answer(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")


if __name__ == "__main__":
    main()
