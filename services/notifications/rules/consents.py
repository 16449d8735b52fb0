"""In which words people agree to texts. Who changes them gives them a new version; what was agreed to stays."""

SMS_VERSION = "sms-2026-11"

# 47 CFR 64.1200(a)(1) asks for prior express consent; nothing here advertises, so not for more. What carriers ask of a
# programme is in it too: who, what, how often, what it costs, STOP and HELP.
_SMS = (
    "I agree that {brand} texts me about my account at the mobile number that it has of me: reminders, confirmations"
    " and notices that I choose, some of them sent automatically. The number of messages varies. Message and data rates"
    " may apply. I can reply STOP at any time to end all texts, and HELP for help. My agreement is not a condition of"
    " any loan, lease or purchase."
)


def sms_wording(*, brand: str) -> str:
    """The text to agree to, in the name of the lender."""
    return _SMS.format(brand=brand)
