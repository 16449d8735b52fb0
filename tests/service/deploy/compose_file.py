"""deploy/compose.yaml as a container engine reads it: aliases merged, variables replaced by their defaults."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.catalogue import ROOT

FILE = ROOT / "deploy" / "compose.yaml"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = _with_defaults(yaml.safe_load(FILE.read_text()))
    return found


def targets(entry: dict[str, Any]) -> dict[str, str]:
    """The files in a container's folder of secrets, and which secret each holds."""
    short = {secret: secret for secret in entry.get("secrets", ()) if isinstance(secret, str)}
    long = {secret["target"]: secret["source"] for secret in entry.get("secrets", ()) if isinstance(secret, dict)}
    return {**short, **long}


def secret_file(definition: dict[str, Any]) -> str:
    return Path(definition["file"]).name


def _with_defaults(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_defaults(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_defaults(inner) for inner in value]
    return VARIABLE.sub(lambda match: match.group(2) or "", value) if isinstance(value, str) else value
