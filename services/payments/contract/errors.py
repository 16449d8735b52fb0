"""What payments may refuse, each with its code, a sentence and the next step."""

from chassis.errors import Kind, Refusal


class CardNumberRefused(Refusal):
    code = "card_number_refused"
    kind = Kind.INVALID
    title = "Card numbers are not accepted here"
    detail = (
        "Something in the request looks like a card number, and nothing of it was kept. Enter the card in the "
        "processor's form and send the token it gives. If it is your bank account number, call us to add it."
    )


class CardTokenUnknown(Refusal):
    code = "card_token_unknown"
    kind = Kind.UNPROCESSABLE
    title = "The card token is not known"
    detail = "The processor does not know this token. Enter the card again and send the new token."


class CardExpired(Refusal):
    code = "card_expired"
    kind = Kind.UNPROCESSABLE
    title = "The card has expired"
    detail = "The card's expiry date has passed. Add a card that is still valid, or a bank account."


class AmountTooSmall(Refusal):
    code = "amount_too_small"
    kind = Kind.UNPROCESSABLE
    title = "The amount is too small"
    detail = "A payment is at least $1.00. Enter a larger amount."


class AmountTooLarge(Refusal):
    """More than the account can take, counting the caller's payments that are still on their way."""

    code = "amount_too_large"
    kind = Kind.UNPROCESSABLE
    title = "The amount is more than the account can take"
    detail = "The amount is more than is left to pay. Enter a smaller amount."


class PayoffQuoteNotGood(Refusal):
    """Withdrawn, expired or met already: paying it would close nothing."""

    code = "payoff_quote_not_good"
    kind = Kind.CONFLICT
    title = "The payoff quote is no longer good"
    detail = "The quote has expired, was withdrawn or is paid. Read the account and ask for a new payoff quote."


class AccountTakesNoPayments(Refusal):
    """Paid off, closed or charged off."""

    code = "account_takes_no_payments"
    kind = Kind.CONFLICT
    title = "This account takes no payments"
    detail = "The account is closed, so there is nothing to pay here. Contact us if you believe that is wrong."


class InstalmentAlreadyCovered(Refusal):
    """What is due is paid already, or will be by payments that are on their way or scheduled."""

    code = "instalment_already_covered"
    kind = Kind.CONFLICT
    title = "The instalment is covered already"
    detail = (
        "What is due now is covered by a payment that was made before. Nothing more is needed. To pay all the same, "
        "send the request again with pay_anyway, or say with extra what the money is for."
    )


class PaymentDateNotPossible(Refusal):
    """Not a business day, in the past, past the cut-off or too far ahead; the sentence names the date that would do."""

    code = "payment_date_not_possible"
    kind = Kind.UNPROCESSABLE
    title = "A payment cannot be made on this date"
    detail = "Payments are made on business days. Choose another date."


class PaymentNotCancellable(Refusal):
    """Not scheduled any more, or past the cut-off."""

    code = "payment_not_cancellable"
    kind = Kind.CONFLICT
    title = "This payment cannot be cancelled any more"
    detail = "Only a scheduled payment can be cancelled, and only before its cut-off. Call us about this one."


class AutopayNotEnrolled(Refusal):
    code = "autopay_not_enrolled"
    kind = Kind.CONFLICT
    title = "Autopay is not on for this account"
    detail = "No draft is planned, so there is none to skip. Read autopay of the account to see how it stands."


class DraftNotStoppable(Refusal):
    """Fewer than three business days before a draft, or it is not planned any more."""

    code = "draft_not_stoppable"
    kind = Kind.CONFLICT
    title = "This draft cannot be stopped any more"
    detail = "A draft can be stopped until three business days before its date. Choose a later one, or call us."


class ConsentNotCurrent(Refusal):
    code = "consent_not_current"
    kind = Kind.UNPROCESSABLE
    title = "This is not the text that is in force"
    detail = "The consent names a version that is not in force. Show the text of consent_offer and send its version."


class ConsentRequired(Refusal):
    code = "consent_required"
    kind = Kind.UNPROCESSABLE
    title = "Consent is needed"
    detail = "A payment method is stored by consent only. Show the text of consent_offer and send its version."


class CardsNotAccepted(Refusal):
    code = "cards_not_accepted"
    kind = Kind.UNPROCESSABLE
    title = "Cards are not accepted"
    detail = "This lender takes no cards. Add a bank account."


class CardFeeNotAgreed(Refusal):
    """The fee for paying by card is another one than the payer has been shown; the sentence names it."""

    code = "card_fee_not_agreed"
    kind = Kind.UNPROCESSABLE
    title = "The card fee is another one"
    detail = "Read payment-options of the account, show the fee, and send it as card_fee_cents."


class ExtraPrincipalNotPossible(Refusal):
    code = "extra_principal_not_possible"
    kind = Kind.UNPROCESSABLE
    title = "A lease takes no extra principal"
    detail = "What is paid beyond the instalments of a lease lowers nothing. Send extra_principal_cents as 0."


class PaymentMethodDisabled(Refusal):
    """A bank said that it takes no debits, or its owner that we may make none."""

    code = "payment_method_disabled"
    kind = Kind.CONFLICT
    title = "This payment method can no longer be used"
    detail = "The bank refused an earlier debit for good. Add another bank account or card, and pay with that."


class ProcessorSignatureInvalid(Refusal):
    """The signature of a processor's webhook is wrong, or it was made too long ago."""

    code = "processor_signature_invalid"
    kind = Kind.FORBIDDEN
    title = "The signature does not hold"
    detail = "This body was not signed with the key that we know, or too long ago. Check the key and sign it anew."


class PaymentNotRefundable(Refusal):
    """Not charged, returned, refunded already, or paid in a way that nothing can be paid back to."""

    code = "payment_not_refundable"
    kind = Kind.CONFLICT
    title = "This payment cannot be refunded"
    detail = "Only money that was charged and has not gone back can be refunded, once. Read the payment again."


class ReceiptNotWaiting(Refusal):
    """Booked or sent back before."""

    code = "receipt_not_waiting"
    kind = Kind.CONFLICT
    title = "The cheque does not wait any more"
    detail = "It was booked or sent back already. Read the list of unmatched receipts again."
