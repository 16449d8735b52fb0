"""The passwords of the broker's users, as they stand in the addresses that the processes are given.

A user's address is the variable `<USER>_BUS_URL`, or a file of that name in lower case.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.catalogue import SERVICES
from deploy.stack import StackProblem

DEPLOYER = "deployer"
USERS = (DEPLOYER, *SERVICES)


def variable_of_bus(user: str) -> str:
    """The environment variable that carries a user's address of the broker."""
    return f"{user.upper().replace('-', '_')}_BUS_URL"


def bus_urls_from(environment: Mapping[str, str]) -> dict[str, str]:
    """Every service's own address of the broker; empty where none is named. Raises StackProblem where some are not."""
    found = {service: environment.get(variable_of_bus(service), "") for service in SERVICES}
    missing = [variable_of_bus(service) for service, address in found.items() if not address]
    if missing and len(missing) < len(found):
        raise StackProblem(f"{', '.join(missing)} must be given too: each service has its own user, or none has.")
    return {} if missing else found


def read_passwords(
    *, environment: Mapping[str, str], folder: Path | None, subscribers: Iterable[str] = ()
) -> dict[str, str]:
    """Every user's password. Raises StackProblem where one is missing, or an address names another user."""
    users = (*USERS, *subscribers)
    found = {user: _address(user, environment=environment, folder=folder) for user in users}
    missing = [variable_of_bus(user) for user, address in found.items() if not address]
    if missing:
        raise StackProblem(f"No address of the broker is given in {', '.join(missing)}; every user needs one.")
    return {user: _password(user, address) for user, address in found.items()}


def _address(user: str, *, environment: Mapping[str, str], folder: Path | None) -> str:
    file = folder / variable_of_bus(user).lower() if folder else None
    if file is not None and file.exists():
        return file.read_text().strip()
    return environment.get(variable_of_bus(user), "")


def _password(user: str, address: str) -> str:
    try:
        parts = urlsplit(address)
        name, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        name = password = ""
    if name != user or not password:
        raise StackProblem(f"{variable_of_bus(user)} must be an address like amqp://{user}:password@host:5672/vhost.")
    return password
