"""Settings come from the environment, are declared where they are used, and are read once, all errors at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from environs import Env, EnvError, EnvValidationError

Form = Literal["text", "number", "seconds", "flag", "url", "folder", "date"]
REQUIRED = object()


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, form, meaning, default, and whether its value is a secret."""

    name: str
    form: Form
    meaning: str
    default: Any = REQUIRED
    secret: bool = False


class SettingsInvalid(Exception):
    """One or more settings are missing or malformed; the message lists them all."""


class Settings:
    """The values read; `settings["NAME"]` gives the Python value."""

    def __init__(self, values: Mapping[str, Any], secrets: Iterable[str] = ()) -> None:
        self._values = dict(values)
        self._secrets = frozenset(secrets)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def redacted(self) -> dict[str, str]:
        """What may be shown: secrets and the passwords inside URLs are covered."""
        return {name: self._shown(name, value) for name, value in sorted(self._values.items())}

    def _shown(self, name: str, value: Any) -> str:
        if name in self._secrets and value:
            return "[secret]"
        text = str(value)
        head, separator, tail = text.rpartition("@")
        if separator and "://" in head:
            scheme, _, credentials = head.partition("://")
            return f"{scheme}://{credentials.split(':')[0]}:[secret]@{tail}"
        return text


def read(declared: Iterable[Setting]) -> Settings:
    """Read every declared setting. Raises SettingsInvalid with one line per wrong variable."""
    env = Env(eager=False)
    values: dict[str, Any] = {}
    seen: dict[str, Setting] = {}
    for setting in declared:
        known = seen.setdefault(setting.name, setting)
        if known != setting:
            raise SettingsInvalid(f"{setting.name} is declared twice with different meanings.")
        values[setting.name] = _read_one(env, setting)
    try:
        env.seal()
    except EnvValidationError as error:
        raise SettingsInvalid("\n".join(_lines(error.error_messages))) from error
    except EnvError as error:
        raise SettingsInvalid(str(error)) from error
    return Settings(values, (name for name, setting in seen.items() if setting.secret))


def _lines(messages: list[str] | Mapping[str, list[str]]) -> list[str]:
    if not isinstance(messages, Mapping):
        return [str(message) for message in messages]
    return [f"{name}: {' '.join(map(str, texts))}" for name, texts in sorted(messages.items())]


def _read_one(env: Env, setting: Setting) -> Any:
    readers: Mapping[str, Callable[..., Any]] = {
        "text": env.str,
        "number": env.int,
        "seconds": env.float,
        "flag": env.bool,
        "url": env.str,
        "folder": env.path,
        "date": env.date,
    }
    options = {} if setting.default is REQUIRED else {"default": setting.default}
    return readers[setting.form](setting.name, **options)


EVERY_PROCESS = (
    Setting("BUS_URL", "url", "The broker (amqp://…), or embedded:// for the bus inside one process", "embedded://"),
    Setting("KEYS_DIR", "folder", "The folder with signing and encryption keys"),
    Setting("COMPANY_TIME_ZONE", "text", "The zone in which business dates are counted", "America/Chicago"),
    Setting("CLOCK_FILE", "text", "Sandbox stacks: the file that moves the business date; empty: it cannot move", ""),
    Setting("OPS_PORT", "number", "Port on 127.0.0.1 for health and metrics; 0 for none", 0),
    Setting("LOG_LEVEL", "text", "debug, info, warning or error", "info"),
    Setting("RPC_TIMEOUT_SECONDS", "seconds", "How long one question to a neighbour may take", 4.0),
    Setting("RETRY_DELAYS_SECONDS", "text", "Waits before the second to the last try of a handler", "1,10,60,600,3600"),
    Setting("BUS_USER_PER_SERVICE", "flag", "Every service has its own broker user: senders are checked", False),
    Setting("DEPENDENCY_PAUSE_SECONDS", "seconds", "Longest pause of a handler whose database is down", 5.0),
    Setting("UNKNOWN_CHECK_SECONDS", "seconds", "Wait before a vendor is asked about an unknown outcome", 5.0),
    Setting("ERRAND_LEASE_SECONDS", "seconds", "How long a started errand belongs to its process", 15.0),
)
