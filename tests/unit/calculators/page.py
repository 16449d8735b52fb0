"""The worked page of the calculators, read as pairs of an input and its answer."""

import json
import re
from typing import Any

from tests.fixtures.processes import ROOT

_SECTION = re.compile(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def worked_examples() -> dict[str, tuple[Any, Any]]:
    """By the calculator's name, one input and its answer."""
    text = (ROOT / "deploy/calculators/README.md").read_text()
    blocks = {name: _BLOCK.findall(section) for name, section in _SECTION.findall(text)}
    return {name: (json.loads(given), json.loads(answer)) for name, (given, answer) in blocks.items()}
