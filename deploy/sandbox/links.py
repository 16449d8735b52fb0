"""Finds the web addresses in a message, so that a person or a test can follow them as a customer would."""

import re
from html import unescape

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
# A parser that builds every element of a mail costs a hundred times as much, and a mail has hundreds of them.
_ANCHOR = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CLOSING_MARKS = ".,;:!?)]"


def links_in(*, text: str | None, html: str | None) -> list[str]:
    """The http and https addresses in the two parts, each once, those of the text part first."""
    in_text = [address.rstrip(_CLOSING_MARKS) for address in _ADDRESS.findall(text or "")]
    in_anchors = [unescape(quoted or single).strip() for quoted, single in _ANCHOR.findall(html or "")]
    # Only web addresses become links on our page: a mail must not plant a javascript: one there.
    return list(dict.fromkeys([*in_text, *filter(_ADDRESS.fullmatch, in_anchors)]))
