"""Consent to statements without paper: what proves that a person can read them, and which consent holds."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.accounts.contract.errors import DisclosureNotInForce, PaperlessProofWrong
from services.accounts.contract.paperless import GIVEN

# Without letters and digits that are taken for one another when they are read off a page.
CODE_ALPHABET, CODE_LENGTH = "ACDEFGHJKLMNPQRTUVWXY3479", 8


def access_code(*, secret: bytes, account_id: str, version: str) -> str:
    """The code that the PDF of a disclosure shows to the holder of one account, and nothing else does."""
    digest = hmac.new(secret, f"paperless:{account_id}:{version}".encode(), sha256).digest()
    number, letters = int.from_bytes(digest, "big"), []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[place])
    return "".join(letters)


def require_consent(*, given: Mapping[str, str], versions: Sequence[str], secret: bytes, account_id: str) -> None:
    """`given` has `version` and `proof`. Raises DisclosureNotInForce unless it is the newest, PaperlessProofWrong."""
    if given["version"] != versions[-1]:
        raise DisclosureNotInForce()
    right = access_code(secret=secret, account_id=account_id, version=given["version"])
    if not hmac.compare_digest(right.encode(), _as_read(given["proof"]).encode()):
        raise PaperlessProofWrong()


def holding_consent(last_act: Mapping[str, Any] | None, *, versions: Sequence[str]) -> Mapping[str, Any] | None:
    """The consent under which a statement may be electronic now; None without one, or for an outdated disclosure."""
    if last_act is None or last_act["act"] != GIVEN or last_act["version"] not in versions:
        return None
    return last_act


def preference_shown(
    last_act: Mapping[str, Any] | None, *, account_id: str, disclosures: Mapping[str, str]
) -> dict[str, Any]:
    """The preference as its holder sees it; `disclosures` are the texts by version, the one in force last."""
    versions = list(disclosures)
    is_given = last_act is not None and last_act["act"] == GIVEN
    return {
        "account_id": account_id,
        "enabled": holding_consent(last_act, versions=versions) is not None,
        "needs_consent": is_given and last_act is not None and last_act["version"] != versions[-1],
        "last_act": None if last_act is None else {**last_act, "consent_version": last_act["version"]},
        "disclosure": {"version": versions[-1], "text": disclosures[versions[-1]]},
        "version": 0 if last_act is None else last_act["number"],
    }


def _as_read(proof: str) -> str:
    return "".join(proof.split()).replace("-", "").upper()
