"""Structured logs: one JSON object a line, with the trace; personal data and secrets are covered before they leave."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog

from chassis import tracing

COVER = "[redacted]"
OWN_PACKAGES = ("chassis.", "services.", "gateway.", "deploy.")

_FIELDS = re.compile(
    r"(password|secret|token|authorization|cookie|ssn|account_number|routing_number|card|cvv|e?mail|phone|holder_name"
    r"|first_name|last_name|api_key|private_key|body|credentials)",
    re.IGNORECASE,
)
# None of what is covered looks like this: a word, or an id of ours.
_WORD = re.compile(r"[A-Za-z_]*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_PHONE = re.compile(r"(?<![\w-])\+\d{10,15}(?!\w)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_URL_PASSWORD = re.compile(r"(\w+://[^\s:/@]+):[^\s@/]+@")
_DIGITS = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")


def redact_text(text: str) -> str:
    """The text with e-mail addresses, phones, SSNs, tokens, card numbers and passwords in URLs covered."""
    if _WORD.fullmatch(text):
        return text
    text = _URL_PASSWORD.sub(rf"\1:{COVER}@", text)
    for pattern in (_EMAIL, _SSN, _PHONE, _BEARER, _JWT):
        text = pattern.sub(COVER, text)
    return _DIGITS.sub(_cover_card, text)


def redact(value: Any) -> Any:
    """Any log value, covered: by the name of its field, else by what its text looks like."""
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            key: COVER if _is_personal(str(key)) and item not in (None, "") else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return redact_text(str(value))


@lru_cache(maxsize=1024)
def _is_personal(field: str) -> bool:
    return _FIELDS.search(field) is not None


def configure(*, service: str, level: str) -> None:
    """Send every log of the process, nameko's and kombu's too, through the redacting formatter to standard error."""
    last: list[Callable[..., Any]] = [
        structlog.processors.ExceptionRenderer(_render_failure),
        _redact_event,
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=_chain(service),
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("amqp", "kombu", "urllib3", "twilio", "python_http_client"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The doors log every failure themselves, once, with its trace; nameko's container would log it again.
    logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)
    # Our own lines take no way through the records of the standard library: there are several for each request.
    structlog.configure(
        processors=[*_chain(service), *last],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return bound


class _Lines(structlog.WriteLogger):
    """Writes a module's lines to standard error."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stderr)
        self.name = name


def _render_failure(exc_info: Any) -> str:
    """Where it failed, and the kind of failure: the words of an exception that is not ours may quote a person."""
    error, told = exc_info[1], []
    while error is not None and error not in told:
        told.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nand from that:\n".join(map(_render_one, reversed(told)))


def _render_one(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    words = f": {error}" if name.startswith(OWN_PACKAGES) else ""
    return "".join([*traceback.format_tb(error.__traceback__), name, words])


def _chain(service: str) -> list[Callable[..., Any]]:
    def name_service(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        event.setdefault("trace_id", tracing.trace_id(tracing.current()))
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
    ]


def _redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    plain = {key: event[key] for key in ("timestamp", "level", "logger", "service", "trace_id") if key in event}
    return {**redact({key: value for key, value in event.items() if key not in plain}), **plain}


def _cover_card(match: re.Match[str]) -> str:
    digits = [int(character) for character in match.group() if character.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return COVER if (sum(doubled) + sum(digits[-1::-2])) % 10 == 0 else match.group()
