"""What goes out on paper: listed while it waits, taken to be printed in batches, and noted once it was mailed."""

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from services.accounts.contract.schemas import PAGE_MAX
from services.accounts.contract.statements import STATEMENT_KINDS

BATCH_MAX = 50


class ListPaperMailings(Strict):
    """What has to go out on paper and has not yet; oldest first."""

    limit = fields.Integer(load_default=25, strict=True, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = Text(load_default=None, allow_none=True, longest=64)


class NotePaperMailing(Strict):
    """The statement was printed and posted."""

    statement_id = Text(required=True, longest=64)


class PaperMailing(Strict):
    """`batch_id` is the batch in which somebody has taken it to print it. `printed_at`: when the archive of that batch
    was last printed, null if the letter is not in it. `mailed_at` and `mailed_by` are null until it is mailed.
    `without_address_at`: when an address was last looked for and none was found; while it says so, no batch takes the
    letter, and one that has it already leaves it behind.
    """

    statement_id = fields.String(required=True)
    account_id = fields.String(required=True)
    reason = fields.String(required=True)
    requested_at = Instant(required=True)
    batch_id = fields.String(required=True, allow_none=True)
    mailed_at = Instant(required=True, allow_none=True)
    mailed_by = fields.String(required=True, allow_none=True)
    without_address_at = Instant(required=True, allow_none=True)
    printed_at = Instant(required=True, allow_none=True)


class PaperMailings(Strict):
    data = fields.List(fields.Nested(PaperMailing), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TakePaperBatch(Strict):
    """The oldest letters that nobody has taken yet, at most so many; none that has been set aside."""

    limit = fields.Integer(load_default=BATCH_MAX, strict=True, validate=validate.Range(min=1, max=BATCH_MAX))


class FindUnaddressed(Strict):
    """Letters that nobody has taken and whose contract names no address, for whoever knows of other addresses."""

    limit = fields.Integer(load_default=BATCH_MAX, strict=True, validate=validate.Range(min=1, max=BATCH_MAX))


class UnaddressedLetter(Strict):
    statement_id = fields.String(required=True)
    account_id = fields.String(required=True)


class UnaddressedLetters(Strict):
    """`next` are those among so many letters that would be taken next; `aside` those set aside longest ago."""

    next = fields.List(fields.Nested(UnaddressedLetter), required=True)
    aside = fields.List(fields.Nested(UnaddressedLetter), required=True)


class SetLettersAside(Strict):
    """Of letters without an address in the contract: those that have none at all, and those that have one after all."""

    without_address = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=2 * BATCH_MAX))
    with_address = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=2 * BATCH_MAX))


class LettersSetAside(Strict):
    """How many letters wait for an address."""

    without_address_count = fields.Integer(required=True)


class OnePaperBatch(Strict):
    batch_id = Text(required=True, longest=64)


class NotePaperBatchPrinted(OnePaperBatch):
    """An archive of a batch was made with these letters in it; these others had no address to go to."""

    statement_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=BATCH_MAX))
    without_address = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=BATCH_MAX))


class NotePaperBatch(OnePaperBatch):
    """The printed letters of a batch were posted, but for these, which had no address to go to."""

    left_statement_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=BATCH_MAX))


class TakenPaperBatch(Strict):
    """How many letters are in the batch, and how many of them have been mailed. `printed_at`: when its archive was
    last printed, null until then.
    """

    id = fields.String(required=True)
    taken_by = fields.String(required=True)
    taken_at = Instant(required=True)
    letters_count = fields.Integer(required=True)
    mailed_count = fields.Integer(required=True)
    printed_at = Instant(required=True, allow_none=True)


class LetterAddress(Strict):
    line_1 = fields.String(required=True)
    line_2 = fields.String(required=True, allow_none=True)
    city = fields.String(required=True)
    state = fields.String(required=True)
    postal_code = fields.String(required=True)


class Addressee(Strict):
    """Somebody who signed the contract, the borrower first; the address is the contract's, null where it names none."""

    role = fields.String(required=True)
    name = fields.String(required=True)
    mailing_address = fields.Nested(LetterAddress, required=True, allow_none=True)


class PrintLetter(Strict):
    """A statement as it is put in an envelope, with where it goes in the window."""

    account_id = Text(required=True, longest=64)
    statement_id = Text(required=True, longest=64)
    mailing_address = fields.Nested(LetterAddress, required=True)


class PaperLetter(PaperMailing):
    """A letter with what goes on its envelope."""

    account_number = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(STATEMENT_KINDS))
    statement_on = fields.Date(required=True)
    addressees = fields.List(fields.Nested(Addressee), required=True)


class PaperBatch(TakenPaperBatch):
    letters = fields.List(fields.Nested(PaperLetter), required=True)
