"""A bank debit is queued once, leaves in one file, and that file is the same bytes whenever it is written."""

from datetime import date

import pytest

from chassis.ids import new_id
from services.payments.operations import FileChanged, NothingToSend
from services.payments.providers.interface import BankAccountSource, Charge
from services.payments.rules.nacha import read_file
from tests.fixtures.dying import dies_at
from tests.service.ach.bank import THEIR_BANK, Bank
from tests.service.payments.counter import APPROVED_ACCOUNT


class TestADebit:
    def test_is_accepted_when_it_is_queued_and_stands_in_the_next_file(self, bank: Bank) -> None:
        payment = bank.pay(amount_cents=41_235)
        assert bank.counter.get(payment)["status"] == "posted"
        file = bank.write()
        assert (file.entries, file.debit_cents, file.credit_cents) == (1, 41_235, 0)
        assert (file.business_on, file.effective_on, file.modifier) == (date(2026, 11, 23), date(2026, 11, 24), "A")
        [entry] = bank.sent()
        assert (entry.transaction_code, entry.routing_number, entry.account_number, entry.amount_cents) == (
            27, THEIR_BANK, APPROVED_ACCOUNT, 41_235,
        )  # fmt: skip
        assert (entry.individual_name, entry.trace_number[:8]) == ("Ada Lovelace", "12104288")
        assert entry.discretionary == "S"

    def test_of_a_process_that_died_after_queueing_it_is_found_and_queued_once(self, bank: Bank) -> None:
        payment = bank.counter.pay()
        bank.counter.dies_while_charging(at="vendor.after_call")
        bank.counter.charge(again=True)
        assert bank.counter.get(payment)["status"] == "posted"
        assert bank.write().entries == 1

    def test_by_a_standing_consent_says_so(self, bank: Bank) -> None:
        source = BankAccountSource(
            routing_number=THEIR_BANK, account_number="000123456789", account_type="savings", holder_name="Ada Lovelace"
        )
        draft = Charge(key=str(new_id(at=bank.desk.clock.now())), amount_cents=100, source=source, recurs=True)
        for _ in range(2):
            assert bank.counter.service.processor.charge(draft).is_approved
        bank.write()
        assert [(entry.transaction_code, entry.discretionary) for entry in bank.sent()] == [(37, "R")]

    def test_by_card_goes_to_the_processor(self, bank: Bank) -> None:
        payment = bank.pay(payment_method_id=bank.counter.add_card())
        assert len(bank.counter.charges(payment)) == 1
        with pytest.raises(NothingToSend):
            bank.write()


class TestAFile:
    def test_is_written_again_byte_for_byte(self, bank: Bank) -> None:
        bank.pay(amount_cents=10_000)
        first = bank.write(name="first.ach")
        bank.pay(amount_cents=20_000)
        again = bank.write(name="again.ach")
        assert (first.is_new, again.is_new) == (True, False)
        assert (bank.folder / "first.ach").read_bytes() == (bank.folder / "again.ach").read_bytes()

    def test_holds_each_entry_once_however_many_files_there_are(self, bank: Bank) -> None:
        for cents in (10_000, 20_000):
            bank.pay(amount_cents=cents)
        bank.write(name="one.ach")
        bank.pay(amount_cents=30_000)
        another = bank.write(name="two.ach", another=True)
        assert another.modifier == "B"
        assert [entry.amount_cents for entry in bank.sent("one.ach")] == [10_000, 20_000]
        assert [entry.amount_cents for entry in bank.sent("two.ach")] == [30_000]
        with pytest.raises(NothingToSend):
            bank.write(on=date(2026, 11, 24))

    def test_that_was_not_written_because_the_process_died_is_made_by_the_next(self, bank: Bank) -> None:
        bank.pay()

        def write_and_die() -> None:
            bank.write()
            bank.counter.pay()

        dies_at("command.before_commit", database=bank.desk.database, work=write_and_die)
        (bank.folder / "out.ach").unlink()
        assert bank.write().is_new is False
        assert len(bank.sent()) == 1

    def test_skips_days_on_which_banks_do_not_settle(self, bank: Bank) -> None:
        bank.pay()
        assert bank.write(on=date(2026, 11, 25)).effective_on == date(2026, 11, 27)

    def test_is_readable_by_its_owner_alone(self, bank: Bank) -> None:
        bank.pay()
        bank.write()
        assert (bank.folder / "out.ach").stat().st_mode & 0o777 == 0o600

    def test_is_not_written_where_an_entry_was_changed_beside_us(self, bank: Bank) -> None:
        bank.pay(amount_cents=41_235)
        bank.write()
        (bank.folder / "out.ach").unlink()
        with bank.desk.database.housekeeping() as connection:
            connection.exec_driver_sql("UPDATE ach_entries SET amount_cents = 41236")
        with pytest.raises(FileChanged):
            bank.write()
        assert not (bank.folder / "out.ach").exists()


def test_no_account_number_is_stored_in_the_clear(bank: Bank) -> None:
    bank.pay()
    bank.write()
    assert APPROVED_ACCOUNT not in bank.counter.everything_stored()
    assert APPROVED_ACCOUNT in (bank.folder / "out.ach").read_text()


def test_what_is_presented_again_says_so_and_is_another_entry(bank: Bank) -> None:
    bank.pay()
    bank.write(name="first.ach")
    bank.send_back(bank.sent("first.ach")[0], "R01")
    bank.move_to(date(2026, 11, 30))
    bank.counter.service.every_ten_seconds_present_again()
    bank.counter.charge()
    bank.write(name="second.ach", on=date(2026, 11, 30))
    batches = read_file((bank.folder / "second.ach").read_text()).batches
    assert [batch.description for batch in batches] == ["RETRY PYMT"]
    [first], [second] = bank.sent("first.ach"), bank.sent("second.ach")
    assert first.amount_cents == second.amount_cents
    assert first.trace_number != second.trace_number
