"""Which columns are encrypted, and what each value is tied to: for bringing them under new keys."""

from chassis.resealing import SealedTable
from services.payments.models import payment_methods
from services.payments.models.ach import ach_entries, ach_notices
from services.payments.models.lockbox import lockbox_receipts

SEALED_TABLES = (
    SealedTable(table=payment_methods, bound_to={"account_number_encrypted": "{id}"}),
    SealedTable(table=ach_entries, bound_to={"account_number_encrypted": "{id}"}),
    SealedTable(table=ach_notices, bound_to={"corrected_encrypted": "{id}"}),
    SealedTable(table=lockbox_receipts, bound_to={"remitter_encrypted": "{id}"}),
)
