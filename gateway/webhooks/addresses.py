"""Where partners may be called: over https, on ports we name, and at public addresses alone.

Every address that a name stands for is looked at. A partner who could name an address inside our house would have us
call it, and read from what comes of it (SSRF).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from chassis.errors import FieldError
from chassis.settings import Settings, SettingsInvalid
from gateway.settings import WEBHOOK_LOOPBACK_ALLOWED, WEBHOOK_PORTS

URL_LENGTH_MAX = 2000
HTTP_PORT, HTTPS_PORT = 80, 443
# RFC 6761: what ends so never leaves the machine.
LOOPBACK_NAME = "localhost"

# IANA's registry of special purposes: nothing in these is a partner's public address.
_CLOSED_V4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Of IPv6 only this block is given to the public, and in it these are not: they carry IPv4 inside, or are for examples.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


class TargetRefused(Exception):
    """We do not call this; `code` is stable, the message says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code

    def as_field_error(self) -> FieldError:
        return FieldError("/url", self.code, str(self))


@dataclass(frozen=True)
class Policy:
    """`ports` are those of https; with `allows_loopback` our own machine too, also over http, on any port."""

    ports: frozenset[int]
    allows_loopback: bool = False


def policy_of(settings: Settings) -> Policy:
    """Raises SettingsInvalid."""
    words = settings[WEBHOOK_PORTS.name].split(",")
    if not all(word.strip().isdecimal() for word in words):
        raise SettingsInvalid(f"{WEBHOOK_PORTS.name}: Not a list of ports, such as 443,8443.")
    ports = frozenset(int(word) for word in words)
    return Policy(ports=ports, allows_loopback=settings[WEBHOOK_LOOPBACK_ALLOWED.name])


@dataclass(frozen=True)
class Target:
    """An endpoint's URL, taken apart. `host` is a name in ASCII or an address without brackets."""

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS_PORT if self.is_secure else HTTP_PORT
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, *, policy: Policy) -> Target:
    """What to call. Raises TargetRefused for what can be seen to be wrong before any name is looked up."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise TargetRefused("url_not_usable", f"Give a URL of at most {URL_LENGTH_MAX} characters in plain ASCII.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused("url_not_usable", "This is no URL. Give one like https://partner.example/hooks.") from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise TargetRefused("url_not_usable", "Give a URL that begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise TargetRefused("url_not_usable", "Leave user, password and fragment out of the URL.")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = HTTPS_PORT if is_secure else HTTP_PORT
    target = Target(is_secure, parts.hostname, usual if port is None else port, path)
    _refuse_form(target, policy=policy)
    return target


def refuse_unregistrable(url: str, *, policy: Policy) -> None:
    """Raises TargetRefused for what no look-up could make callable: a sandbox is lenient with its own machine alone."""
    target = target_of(url, policy=policy)
    if _literal(target.host) is None and not _is_loopback_name(target.host):
        _refuse_open_form(target, policy=policy)


def refuse_closed(target: Target, *, addresses: list[str], policy: Policy) -> None:
    """Raises TargetRefused unless every address that the host stands for may be called."""
    if not addresses:
        raise TargetRefused("name_not_found", "The host's name stands for no address.")
    for text in addresses:
        is_loopback = _address(text).is_loopback
        if is_loopback and policy.allows_loopback:
            continue
        if not is_public(text):
            raise TargetRefused("address_not_public", "The host stands for an address that is not public.")
        if not target.is_secure:
            raise TargetRefused("https_required", "Only https is called.")
        if target.port not in policy.ports:
            raise TargetRefused("port_not_allowed", f"Use one of the ports {_listed(policy)}.")


def is_public(text: str) -> bool:
    """Whether an address can be a partner's: none of ours, no neighbour's, none that hides another inside."""
    address = _address(text)
    if isinstance(address, IPv6Address):
        return address in _OPEN_V6 and not any(address in block for block in _CLOSED_V6)
    return not any(address in block for block in _CLOSED_V4)


def _refuse_form(target: Target, *, policy: Policy) -> None:
    literal = _literal(target.host)
    if literal is not None:
        refuse_closed(target, addresses=[str(literal)], policy=policy)
    if not policy.allows_loopback:
        _refuse_open_form(target, policy=policy)


def _refuse_open_form(target: Target, *, policy: Policy) -> None:
    """The form in which anybody but our own machine is called."""
    but = f" A sandbox also calls its own machine, as {LOOPBACK_NAME} or 127.0.0.1." if policy.allows_loopback else ""
    if not target.is_secure:
        raise TargetRefused("https_required", f"Only https is called. Give a URL that begins with https://.{but}")
    if target.port not in policy.ports:
        raise TargetRefused("port_not_allowed", f"Use one of the ports {_listed(policy)}.{but}")


def _is_loopback_name(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name == LOOPBACK_NAME or name.endswith(f".{LOOPBACK_NAME}")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return _address(host)
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address:
    """The address, with its zone left off: a zone names a link of ours."""
    return ip_address(text.partition("%")[0])


def _listed(policy: Policy) -> str:
    return ", ".join(map(str, sorted(policy.ports)))
