"""Writes the stack's lines, each under its program's name; a reader who stops reading loses lines and stops nobody."""

import select
from contextlib import suppress
from typing import TextIO

LINE_CHARACTERS_MAX = 4000


class Console:
    """Lines to a terminal, a pipe or a file."""

    def __init__(self, stream: TextIO, *, name_width: int = 13) -> None:
        self._stream = stream
        self._name_width = name_width
        self._dropped = 0

    def write(self, name: str, line: str) -> None:
        """One line under a name."""
        self.say(f"{name:<{self._name_width}} | {line[:LINE_CHARACTERS_MAX]}")

    def say(self, line: str) -> None:
        """One line as it is."""
        if not self._takes_more():
            self._dropped += 1
            return
        with suppress(OSError, ValueError):
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self._stream.write(f"({dropped} lines were dropped: nobody read them)\n")
            self._stream.write(line + "\n")
            self._stream.flush()

    def _takes_more(self) -> bool:
        try:
            return bool(select.select([], [self._stream], [], 0)[1])
        except (OSError, ValueError):
            return True
