"""Headers of every answer: what browsers are forbidden, who may read across origins, and the id of the request."""

import re
from collections.abc import Iterable, Mapping

from chassis.settings import Settings

SECURITY = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# A page loads its own style, one that works its own scripts too, and asks its own host: nothing inline, nobody else.
READ_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
WORKING_PAGE = f"{READ_PAGE}; script-src 'self'; connect-src 'self'"
ASKED = (
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Prefer",
    "Traceparent", "X-Request-Id",
)  # fmt: skip
EXPOSED = (
    "Allow", "Content-Disposition", "ETag", "Idempotent-Replayed", "Location", "Preference-Applied",
    "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id",
)  # fmt: skip
PREFLIGHT_SECONDS = 600

_request_id = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accepted_request_id(sent: str | None) -> str | None:
    """The client's own request id where it has the allowed form."""
    return sent if sent and _request_id.fullmatch(sent) else None


def client_address(environment: Mapping[str, str], *, trusted_proxies: int) -> str:
    """Whose attempt it is: the peer, or whom the outermost trusted proxy saw; a client's own claim is nothing."""
    peer = environment.get("REMOTE_ADDR", "")
    chain = [part.strip() for part in environment.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if trusted_proxies and len(chain) >= trusted_proxies:
        return chain[-trusted_proxies]
    return peer


class CrossOrigin:
    """The allow-list of origins whose pages may call the API with a token."""

    def __init__(self, settings: Settings) -> None:
        listed = (origin.strip().rstrip("/") for origin in settings["CORS_ORIGINS"].split(","))
        self._origins = frozenset(origin for origin in listed if origin)

    def headers(self, origin: str | None) -> dict[str, str]:
        """For any answer."""
        if origin not in self._origins:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": str(origin),
            "Access-Control-Expose-Headers": ", ".join(EXPOSED),
        }

    def preflight(self, origin: str | None, methods: Iterable[str]) -> dict[str, str]:
        """Besides those of any answer, for an OPTIONS request."""
        if origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ", ".join(ASKED),
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
