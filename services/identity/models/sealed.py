"""Which columns are encrypted, and what each value is tied to: for bringing them under new keys."""

from chassis.resealing import SealedTable
from services.identity.models.changes import contact_changes
from services.identity.models.factors import factors
from services.identity.models.people import registrations, users
from services.identity.models.proofs import messages, recoveries
from services.identity.models.sessions import refresh_tokens

SEALED_TABLES = tuple(
    SealedTable(
        table=table,
        bound_to={f"{column}_sealed": f"{table.name}.{column}:{{id}}" for column in columns},
    )
    for table, columns in (
        (users, ("phone", "mailing_address")),
        (registrations, ("claim",)),
        (contact_changes, ("value",)),
        (factors, ("secret",)),
        (messages, ("facts",)),
        (recoveries, ("email",)),
        (refresh_tokens, ("successor",)),
    )
)
