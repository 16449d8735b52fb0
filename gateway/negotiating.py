"""One resource in several forms: the Accept header says which of them a client can read."""

from werkzeug.datastructures import Headers, MIMEAccept
from werkzeug.http import parse_accept_header

from gateway.errors import NotAcceptable

JSON = "application/json"
PDF = "application/pdf"
PLAIN = "text/plain"


def chosen_media(headers: Headers, *, offered: tuple[str, ...] = (JSON, PDF)) -> str:
    """The form that a client likes best; the first one where it says nothing. Raises NotAcceptable where none fits."""
    asked = headers.get("Accept", "").strip()
    if not asked:
        return offered[0]
    best = parse_accept_header(asked, MIMEAccept).best_match(offered)
    if best is None:
        raise NotAcceptable(f"This is given as {' or '.join(offered)}. Name one of them in the Accept header.")
    return best
