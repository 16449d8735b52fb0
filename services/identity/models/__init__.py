"""Identity's tables. Secrets are hashed (passwords, tokens) or encrypted (claims, phones, addresses), never clear."""

from services.identity.models.base import metadata
from services.identity.models.changes import contact_changes, contact_proofs, open_changes_of
from services.identity.models.factors import challenges, factors, recovery_codes, texted_codes
from services.identity.models.passkeys import ceremonies, passkeys
from services.identity.models.people import (
    ABANDONED,
    ACTIVE,
    CLOSED,
    DONE,
    MATCHED,
    NO_MATCH,
    RECEIVED,
    UNVERIFIED,
    link_failures,
    links_of,
    registrations,
    user_accounts,
    users,
    verifications,
)
from services.identity.models.proofs import messages, recoveries
from services.identity.models.sessions import attempts_to_prove, familiar_places, refresh_tokens, sessions

__all__ = [
    "ABANDONED",
    "ACTIVE",
    "CLOSED",
    "DONE",
    "MATCHED",
    "NO_MATCH",
    "RECEIVED",
    "UNVERIFIED",
    "attempts_to_prove",
    "ceremonies",
    "challenges",
    "contact_changes",
    "contact_proofs",
    "factors",
    "familiar_places",
    "link_failures",
    "links_of",
    "messages",
    "metadata",
    "open_changes_of",
    "passkeys",
    "recoveries",
    "recovery_codes",
    "refresh_tokens",
    "registrations",
    "sessions",
    "texted_codes",
    "user_accounts",
    "users",
    "verifications",
]
