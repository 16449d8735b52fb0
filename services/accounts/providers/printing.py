"""Documents as PDF/UA: typeset by typst from plain data and a template, off the event loop, with its own fonts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

from chassis.offload import run_in_thread
from services.accounts.contract.errors import DocumentTooLong

TEMPLATES = Path(__file__).parents[1] / "templates"
PDF_BYTES_MAX = 1024 * 1024
LINES_MAX = 1_000


class Printer:
    """Prints what it is given, and nothing it would have to look up."""

    def statement(
        self, *, kind: str, issued: Mapping[str, Any], document: Mapping[str, Any], holders: Sequence[str],
        address: Sequence[str] = (),
    ) -> bytes:  # fmt: skip
        """A statement of a kind, with the lines of an address where it is a letter.

        Raises DocumentTooLong for more than fits on the bus, or takes too long.
        """
        lines = [*document.get("transactions", ()), *document.get("adjustments", ())]
        if len(lines) > LINES_MAX:
            raise DocumentTooLong()
        data = {"issued": issued, "document": document, "holders": holders, "address": address}
        return self._print(f"{kind}.typ", data)

    def disclosure(self, *, version: str, text: str, code: str, account_last4: str) -> bytes:
        """A disclosure with the code that proves that it could be read."""
        data = {"version": version, "text": text, "code": code, "account_last4": account_last4}
        return self._print("disclosure.typ", data)

    def _print(self, template: str, data: Mapping[str, Any]) -> bytes:
        pages = run_in_thread(_typeset, TEMPLATES / template, json.dumps(data))
        if len(pages) > PDF_BYTES_MAX:
            raise DocumentTooLong()
        return pages


def _typeset(template: Path, data: str) -> bytes:
    """PDF/UA-1 (ISO 14289-1): tagged, with language and title, so that it can be read aloud."""
    return typst.compile(
        template, root=TEMPLATES, format="pdf", pdf_standards="ua-1", sys_inputs={"data": data},
        ignore_system_fonts=True,
    )  # fmt: skip
