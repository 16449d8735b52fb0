"""Makes a provider fail on request: down, slow or rate limited, until told to be well or its calls are used up."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any, Protocol

from deploy.sandbox import processor, sendgrid, twilio
from deploy.sandbox.exchange import Reply, Sandbox
from deploy.sandbox.store import Document

FAULTS = "faults"
SECONDS_MAX = 3600
CALLS_MAX = 1_000_000
_RETRY_AFTER_SECONDS_DEFAULT = 1


class Mode(StrEnum):
    """How a provider behaves."""

    OK = "ok"
    DOWN = "down"
    SLOW = "slow"
    RATE_LIMITED = "rate_limited"


class Provider(Protocol):
    """What a played provider must be able to say when it fails, in its own form."""

    def unavailable(self, *, headers: dict[str, str]) -> Reply: ...
    def rate_limited(self, *, seconds: int, now_seconds: int) -> Reply: ...


PROVIDERS: dict[str, Provider] = {"sendgrid": sendgrid, "twilio": twilio, "processor": processor}
_PATHS = {"/v3/": "sendgrid", "/2010-04-01/": "twilio", "/processor/": "processor"}


class FaultNotUnderstood(Exception):
    """The fault that was asked for names no provider or mode that there is, or a number out of range."""


@dataclass(frozen=True)
class Verdict:
    """What a fault does to one call: an answer in place of the work, or seconds to hold the answer after the work."""

    refusal: Reply | None = None
    held_seconds: float = 0.0


def provider_at(path: str) -> str | None:
    """Which provider is played at this path; None for the sandbox's own pages."""
    return next((provider for prefix, provider in _PATHS.items() if path.startswith(prefix)), None)


def set_fault(wanted: dict[str, Any], *, sandbox: Sandbox) -> Document:
    """Set how a provider behaves: {provider, mode, seconds?, calls?}; returns what now holds (FaultNotUnderstood)."""
    unknown = wanted.keys() - {"provider", "mode", "seconds", "calls"}
    if unknown:
        raise FaultNotUnderstood(f"Unknown field {min(unknown)}: give provider, mode, seconds and calls only.")
    provider, mode = wanted.get("provider"), wanted.get("mode")
    if provider not in list(PROVIDERS):
        raise FaultNotUnderstood(f"Name a provider: {', '.join(PROVIDERS)}.")
    if mode not in list(Mode):
        raise FaultNotUnderstood(f"Name a mode: {', '.join(Mode)}.")
    fault = {
        "provider": provider,
        "mode": mode,
        "seconds": _number(wanted, "seconds", largest=SECONDS_MAX),
        "calls_left": _number(wanted, "calls", largest=CALLS_MAX),
    }
    sandbox.store.put(kind=FAULTS, id=str(provider), document=fault)
    return fault


def current_faults(*, sandbox: Sandbox) -> list[Document]:
    """How each provider behaves now, in a fixed order."""
    return [_fault_of(provider, sandbox=sandbox) for provider in PROVIDERS]


def judge_call(provider: str, *, sandbox: Sandbox) -> Verdict:
    """What happens to this call; counts it against the fault's calls."""
    with sandbox.store.lock:
        fault = _fault_of(provider, sandbox=sandbox)
        if fault["mode"] == Mode.OK:
            return Verdict()
        _count_call(fault, sandbox=sandbox)
    seconds = fault["seconds"]
    match fault["mode"]:
        case Mode.SLOW:
            return Verdict(held_seconds=sandbox.hang_seconds if seconds is None else seconds)
        case Mode.DOWN:
            headers = {} if seconds is None else {"Retry-After": str(ceil(seconds))}
            return Verdict(PROVIDERS[provider].unavailable(headers=headers))
        case _:
            wait = _RETRY_AFTER_SECONDS_DEFAULT if seconds is None else ceil(seconds)
            now_seconds = ceil(sandbox.now().timestamp())
            return Verdict(PROVIDERS[provider].rate_limited(seconds=wait, now_seconds=now_seconds))


def _fault_of(provider: str, *, sandbox: Sandbox) -> Document:
    kept = sandbox.store.get(kind=FAULTS, id=provider)
    return kept or {"provider": provider, "mode": Mode.OK, "seconds": None, "calls_left": None}


def _count_call(fault: Document, *, sandbox: Sandbox) -> None:
    if fault["calls_left"] is None:
        return
    left = fault["calls_left"] - 1
    mode = fault["mode"] if left > 0 else Mode.OK
    spent = {**fault, "mode": mode, "calls_left": left if left > 0 else None}
    sandbox.store.put(kind=FAULTS, id=fault["provider"], document=spent)


def _number(wanted: dict[str, Any], name: str, *, largest: int) -> float | int | None:
    given = wanted.get(name)
    if given is None:
        return None
    whole = name == "calls"
    try:
        # A form sends text, a test sends a number; both mean the same.
        number = int(given) if whole else float(given)
    except (TypeError, ValueError):
        number = -1
    if not (1 if whole else 0) <= number <= largest:
        raise FaultNotUnderstood(f"Give {name} as a {'whole ' if whole else ''}number up to {largest}.")
    return number
