"""What staff send over HTTP: the requests of the services without the ids of the path."""

from marshmallow import fields, validate

from gateway.schemas import Account, ChangeDueDate, DeferPayments, Page, SubmitPayment
from services.accounts.contract import changes, files, flags, furnishing, paper, titles, work_items
from services.accounts.contract import schemas as accounts
from services.identity.contract import schemas as identity
from services.identity.contract import staff
from services.payments.contract import autopay, notices


class AccountFile(files.AccountFile):
    """What its holder sees of an account, and beside it what only staff see.

    `flags` are those that stand. `charged_off_cents` is what was given up in the books, `recovered_cents` what has come
    back of it. `title` is null unless the account is closed on good funds.
    """

    account = fields.Nested(Account, required=True)


class PaperLetter(paper.PaperLetter):
    """A letter with what goes on its envelope.

    `mailing_address` is the first of: what the borrower wrote in their profile, what the contract says of them, and the
    same of a co-borrower; `address_from` says which. Both are null where nobody has told us.
    """

    mailing_address = fields.Nested(identity.MailingAddress, required=True, allow_none=True)
    address_from = fields.String(required=True, allow_none=True, validate=validate.OneOf(("profile", "contract")))


class PaperBatch(paper.PaperBatch):
    """`letters` in the order in which they were written. Each is printed from the account's statement, as a PDF.

    `without_address_count` of them have not been mailed and have no address to go to.
    """

    letters = fields.List(fields.Nested(PaperLetter), required=True)
    without_address_count = fields.Integer(required=True)


class StaffPayment(SubmitPayment):
    """`on_behalf_of` is the customer whose method is charged, and who must hold the account."""

    class Meta:
        exclude = ("account_id",)

    on_behalf_of = fields.UUID(required=True)


class ChangeAccountDueDate(ChangeDueDate, changes.ChangeDueDate):
    """As a customer sends it. `all_parties_agreed`: you have everybody's word, and nobody is waited for."""

    class Meta:
        exclude = ("account_id",)


class DeferAccountPayments(DeferPayments, changes.DeferPayments):
    """As a customer sends it. `all_parties_agreed`: you have everybody's word, and nobody is waited for."""

    class Meta:
        exclude = ("account_id",)


class EndSessions(staff.EndSessions):
    """Without `session_id` all sessions of the customer end."""

    class Meta:
        exclude = ("user_id",)


class ResetSecondFactor(staff.ResetSecondFactor):
    """`reason` says how the customer has proven who they are."""

    class Meta:
        exclude = ("user_id",)


class ReversePayment(accounts.ReversePayment):
    class Meta:
        exclude = ("account_id",)


class AssessLateFee(accounts.AssessLateFee):
    class Meta:
        exclude = ("account_id",)


class AssessFee(accounts.AssessFee):
    """`fee_reference` is your own name of what is charged for: one is charged once."""

    class Meta:
        exclude = ("account_id",)


class WaiveFee(accounts.WaiveFee):
    class Meta:
        exclude = ("account_id",)


class ChangeRate(accounts.ChangeRate):
    """`payment_cents` from `from_instalment` on, where the instalments change too; both or none."""

    class Meta:
        exclude = ("account_id",)


class AccelerateBalance(accounts.AccelerateBalance):
    """`balance_cents` confirms what the account owes today (`payoff_ceiling_cents` of its file)."""

    class Meta:
        exclude = ("account_id",)


class ChargeOffAccount(accounts.ChargeOffAccount):
    """`balance_cents` confirms what the account owes today (`payoff_ceiling_cents` of its file)."""

    class Meta:
        exclude = ("account_id",)


class SetAccountFlag(flags.SetAccountFlag):
    """A servicemember's flag is set from the day of the call-up: a loan made before bears at most 6 % from then on."""

    class Meta:
        exclude = ("account_id",)


class ClearAccountFlag(flags.ClearAccountFlag):
    """`cleared_on` is the first day on which the flag does not count any more; today where it is left out."""

    class Meta:
        exclude = ("account_id",)


class CorrectFurnishing(furnishing.CorrectFurnishing):
    """What is given replaces what was furnished for that month, and the rest stays."""

    class Meta:
        exclude = ("account_id",)


class RecordTitleRelease(titles.RecordTitleRelease):
    """The title went out; `reference` finds it again with whoever carries it."""

    class Meta:
        exclude = ("account_id",)


class CloseWorkItem(work_items.CloseWorkItem):
    """`note` says what was done; nothing else follows from closing."""

    class Meta:
        exclude = ("work_item_id",)


class AchNoticePage(Page):
    """Which part of the list, and of which outcome: what waits for a person, unless another is named."""

    outcome = fields.String(load_default=notices.WAITING, validate=validate.OneOf(notices.OUTCOMES))


class CloseAchNotice(notices.CloseAchNotice):
    """What came of it, for the record."""

    class Meta:
        exclude = ("notice_id",)


class StopDraft(autopay.StopDraft):
    """What the customer said, for the record; with `ends_autopay` no draft is drawn any more."""

    class Meta:
        exclude = ("account_id",)
