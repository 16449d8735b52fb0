"""What a client can read: the forms of a resource by its Accept header, the languages of a person by theirs."""

from collections.abc import Sequence

from werkzeug.datastructures import Headers, LanguageAccept, MIMEAccept
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


def preferred_language(headers: Headers, *, offered: Sequence[str]) -> str | None:
    """The language that a person's browser likes best of those we write in; None where it names none of them."""
    return parse_accept_header(headers.get("Accept-Language", ""), LanguageAccept).best_match(offered)
