"""Becomes the host of a service, whole or with a part taken out, as FOLDER/part says at this start.

`python -m tests.faults.crashing.chosen FOLDER package.module:Class`; the process stays the same one, for its
supervisor too.
"""

import os
import sys
from pathlib import Path


def main(folder: str, service: str) -> None:
    part = Path(folder, "part")
    host = ["tests.faults.crashing.ablated", part.read_text()] if part.exists() else ["chassis.host"]
    os.execv(sys.executable, [sys.executable, "-P", "-m", *host, service])


if __name__ == "__main__":
    main(*sys.argv[1:])
