"""A file of mailed cheques: each cheque is booked once, and every cent is somewhere."""

import pytest

from deploy.lockbox import taking
from deploy.lockbox.reading import MalformedLockbox
from services.payments.operations import FileBusy
from services.payments.rules.lockbox import ReadLine
from tests.fixtures.dying import dies_at
from tests.service.lockbox.mail_room import MailRoom


class TestACheque:
    def test_is_a_payment_that_is_posted_as_of_the_day_it_was_received(self, room: MailRoom) -> None:
        taken = room.take_lines(room.line(1, drawer_routing_number="231380104", drawer_account_number="000123456789"))
        assert (taken.file.lines, taken.file.booked_lines, taken.file.booked_cents) == (1, 1, 41_235)
        [told] = room.posted()
        payment_id = told.pop("payment_id")
        assert told == {
            "account_id": str(room.account_ids[0]), "presentment_number": 1, "amount_cents": 41_235,
            "effective_on": "2026-11-20", "extra": None, "method_type": "bank_account", "method_last4": "6789",
            "cheque_number": "1001", "paid_by": "check",
            "booked_on": None,
        }  # fmt: skip
        assert room.rows("SELECT id::text, status, payer_id, processor_reference, applied_at FROM payments") == [
            (payment_id, "posted", "lockbox", "lockbox:2026-11-20:B7:1", None)
        ]

    def test_is_booked_on_the_day_that_is_open_and_counted_there(self, room: MailRoom) -> None:
        with room.service.store.housekeeping() as connection:
            connection.exec_driver_sql("INSERT INTO payment_book (business_on) VALUES ('2026-11-23')")
        room.take_lines(room.line(1), room.line(2, account_number=""), room.line(3, amount_cents=100))
        assert [told["booked_on"] for told in room.posted()] == ["2026-11-23", "2026-11-23"]
        assert room.rows("SELECT booked_on::text, count(*), sum(amount_cents) FROM payment_postings GROUP BY 1") == [
            ("2026-11-23", 2, 41_335)
        ]

    def test_of_less_than_a_dollar_is_money_too(self, room: MailRoom) -> None:
        assert room.take_lines(room.line(1, amount_cents=1)).file.booked_cents == 1

    def test_finds_its_account_however_the_number_is_written(self, room: MailRoom) -> None:
        taken = room.take_lines(room.line(1, account_number=f" {room.numbers[1].lower()} "))
        assert taken.file.booked_lines == 1
        assert room.posted()[0]["account_id"] == str(room.account_ids[1])

    def test_whose_drawer_was_not_read_shows_the_end_of_its_number(self, room: MailRoom) -> None:
        room.take_lines(room.line(1, cheque_number="20431"))
        assert room.posted()[0]["method_last4"] == "0431"


class TestMoneyIsAccountedFor:
    def test_by_what_became_of_each_line(self, room: MailRoom) -> None:
        first = room.line(1)
        file = room.take_lines(
            first, first, room.line(2, account_number=""), room.line(3, account_number="5599999999"),
            room.line(1, amount_cents=7), room.line(4, received_on="2026-12-24", amount_cents=11),
            room.line(5, amount_cents="4 dollars"),
        ).file  # fmt: skip
        assert (file.lines, file.booked_lines, file.waiting_lines, file.repeated_lines, file.refused_lines) == (
            7, 1, 2, 1, 3,
        )  # fmt: skip
        assert file.cents == 4 * 41_235 + 7 + 11
        assert (file.refused_cents, file.unreadable_lines) == (18, 1)
        assert [refusal.partition(": ")[0] for refusal in room.refusals] == [
            "line 6, item", "line 7, received_on", "line 8, amount_cents",
        ]  # fmt: skip
        assert room.rows("SELECT line, amount_cents FROM lockbox_refusals ORDER BY line") == [
            (6, 7), (7, 11), (8, None),
        ]  # fmt: skip
        assert room.rows("SELECT sum(amount_cents) FROM lockbox_receipts WHERE status = 'waiting'") == [(82_470,)]
        assert room.rows("SELECT sum(amount_cents) FROM payments") == [(41_235,)]

    def test_a_row_with_too_few_cells_is_refused_by_its_line(self, room: MailRoom) -> None:
        path = room.file(room.line(1))
        path.write_text(path.read_text() + "B7,2\n")
        assert room.take(path).file.unreadable_lines == 1
        assert room.refusals == ["line 3, the row has not as many cells as the header."]

    def test_a_line_that_is_no_text_is_refused_and_the_others_are_taken(self, room: MailRoom) -> None:
        path = room.file(room.line(1))
        path.write_bytes(path.read_bytes() + b"B7,2,2026-11-20,1,1,\xff\nB7,3,2026-11-20,1,1,\n")
        file = room.take(path).file
        assert (file.booked_lines, file.waiting_lines, file.refused_lines) == (1, 1, 1)
        assert room.refusals == ["line 3, the line is not in UTF-8."]


class TestTakenAgain:
    def test_a_file_changes_nothing_whatever_it_is_called(self, room: MailRoom) -> None:
        lines = [room.line(item) for item in range(1, 6)]
        first = room.take_lines(*lines)
        again = room.take_lines(*lines, name="copy.csv")
        assert (first.was_here, again.was_here) == (False, True)
        assert again.file == first.file
        assert len(room.posted()) == 5

    def test_a_corrected_file_books_only_what_is_new(self, room: MailRoom) -> None:
        room.take_lines(room.line(1), room.line(2, received_on="tomorrow"))
        file = room.take_lines(room.line(1), room.line(2)).file
        assert (file.repeated_lines, file.booked_lines) == (1, 1)
        assert len(room.posted()) == 2

    def test_a_cheque_in_another_batch_waits_for_a_person(self, room: MailRoom) -> None:
        drawer = {"drawer_routing_number": "231380104", "drawer_account_number": "000123456789", "cheque_number": 7}
        room.take_lines(room.line(1, **drawer))
        file = room.take_lines(room.line(9, batch="B8", **drawer), name="next.csv").file
        assert (file.booked_lines, file.waiting_lines) == (0, 1)
        assert room.rows("SELECT waits_because FROM lockbox_receipts WHERE status = 'waiting'") == [("same_cheque",)]


class TestAnEndInTheMiddle:
    @pytest.fixture(autouse=True)
    def two_lines_a_transaction(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(taking, "BATCH", 2)

    def test_leaves_whole_transactions_and_the_next_run_goes_on_there(self, room: MailRoom) -> None:
        path = room.file(*(room.line(item) for item in range(1, 6)))
        dies_at("outbox.told@2", database=room.service.store, work=lambda: room.take(path))
        assert room.rows("SELECT last_line, lines, finished_at FROM lockbox_files") == [(3, 2, None)]
        assert len(room.posted()) == 2
        taken = room.take(path)
        assert (taken.file.lines, taken.file.booked_lines, taken.file.repeated_lines) == (5, 5, 0)
        assert len(room.posted()) == 5

    def test_by_a_broken_line_says_where_and_keeps_what_stands_before(self, room: MailRoom) -> None:
        path = room.file(*(room.line(item) for item in range(1, 5)))
        with path.open("a") as stream:
            stream.write('"B7"x,5,2026-11-20,1,1,\n')
        with pytest.raises(MalformedLockbox, match=r"lockbox\.csv, line 6: the line is not CSV"):
            room.take(path)
        assert len(room.posted()) == 4

    def test_of_two_who_take_the_same_file_one_is_told_to_wait(
        self, room: MailRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = room.file(*(room.line(item) for item in range(1, 5)))
        whole = taking._batches
        started: list[object] = []

        def meanwhile(lines: object) -> object:
            for batch in whole(lines):  # type: ignore[arg-type]
                if not started:
                    started.append(batch)
                    room.take(path)
                yield batch

        monkeypatch.setattr(taking, "_batches", meanwhile)
        with pytest.raises(FileBusy):
            room.take(path)
        assert len(room.posted()) == 4


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("batch,item,received_on,amount_cents,cheque_number", "the column account_number is missing"),
        ("batch,item,received_on,amount_cents,cheque_number,account_number,memo", "the column 'memo' is not known"),
        ("batch,batch,item,received_on,amount_cents,cheque_number,account_number", "a column stands twice"),
        ("", "the column batch is missing"),
    ],
)
def test_a_file_with_other_columns_is_not_taken(room: MailRoom, header: str, sentence: str) -> None:
    path = room.folder / "other.csv"
    path.write_text(f"{header}\n")
    with pytest.raises(MalformedLockbox, match=sentence):
        room.take(path)


def test_no_number_of_a_drawer_and_no_readable_name_is_kept(room: MailRoom) -> None:
    drawer = {"drawer_routing_number": "231380104", "drawer_account_number": "000987654321", "remitter": "Ada Lovelace"}
    room.take_lines(room.line(1, **drawer), room.line(2, account_number="", **drawer))
    stored = room.everything_stored()
    assert "987654321" not in stored
    assert "Lovelace" not in stored
    assert "4321" in stored


def test_lines_are_numbered_as_an_editor_shows_them(room: MailRoom) -> None:
    from deploy.lockbox.reading import read_lines

    lines = list(read_lines(room.file(room.line(1), room.line(2)), today=room.clock.today(), after=2))
    assert [type(line) for line in lines] == [ReadLine]
    assert lines[0].number == 3
