"""Who sends our ACH files, and whether bank debits go in files at all: settings of payments, and of `captive ach`."""

from chassis.settings import Setting

BY_PROCESSOR, BY_NACHA_FILE = "processor", "nacha-file"
BANK_DEBITS_BY = (BY_PROCESSOR, BY_NACHA_FILE)

BANK_DEBITS = Setting(
    "BANK_DEBITS", "text", f"How bank accounts are debited: {' or '.join(BANK_DEBITS_BY)}", BY_PROCESSOR
)

ORIGINATOR = (
    Setting("ACH_BANK_ROUTING_NUMBER", "text", "The bank that takes our ACH files: nine digits"),
    Setting("ACH_BANK_NAME", "text", "Its name, at most 23 characters"),
    Setting("ACH_COMPANY_NAME", "text", "What account holders read on their statements, at most 16 characters"),
    Setting("ACH_COMPANY_ID", "text", "The ten characters by which the bank knows us"),
)
