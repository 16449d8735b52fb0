"""What stops a draft from outside: staff on a caller's word, a flag on the account, a charge-off, a moved due date."""

from datetime import date
from typing import Any

import pytest

from chassis.errors import Refusal
from services.payments.contract.errors import AutopayNotEnrolled, DraftNotStoppable
from tests.builders.wiring import an_agent, ask_door
from tests.service.payments.autopay_house import House

INSTALMENT = 41_237
NOTE = "Called at 10:40 and asked us not to draw in December."


def staff_stop(house: House, **request: Any) -> dict[str, Any]:
    body = {"account_id": house.account_id, "note": NOTE, **request}
    reply = ask_door(house.payments.stop_draft, request=body, context=an_agent(), key=house.a_key())
    found: dict[str, Any] = reply.data
    return found


class TestACallersWord:
    def test_stops_the_draft_of_tomorrow_which_the_customer_no_longer_can(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        with pytest.raises(DraftNotStoppable):
            house.skip(instalment_number=12)
        shown = staff_stop(house)
        assert shown["drafts"][0]["status"] == "skipped"
        house.live_through("2026-12-10")
        assert house.charged() == []
        house.live_through("2027-01-06")
        assert len(house.charged()) == 1

    def test_ends_autopay_with_the_draft_of_tomorrow(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        assert staff_stop(house, ends_autopay=True)["status"] == "cancelled"
        house.live_through("2027-01-06")
        assert house.charged() == []

    def test_stops_what_was_left_when_the_customer_switched_autopay_off_too_late(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-03")
        assert "still drawn; call us" in house.switch_off()["message"]
        staff_stop(house, ends_autopay=True)
        house.live_through("2026-12-10")
        assert house.charged() == []

    def test_is_kept_word_for_word_with_who_took_it_down(self, house: House) -> None:
        house.enrol()
        staff_stop(house)
        kind, text, user_id, proof = house.rows(
            "SELECT kind, text, user_id, proof FROM autopay_consents WHERE kind <> 'given'"
        )[0]
        assert (kind, NOTE in text, user_id) == ("withdrawn", True, house.owner.subject)
        assert (proof["subject"], proof["role"]) == (an_agent().subject, "agent")

    def test_comes_too_late_for_what_was_drawn(self, house: House) -> None:
        house.enrol()
        house.live_through("2026-12-04")
        with pytest.raises(DraftNotStoppable) as refused:
            staff_stop(house, instalment_number=12)
        assert "drawn" in refused.value.detail

    def test_stops_nothing_where_autopay_never_was(self, house: House) -> None:
        with pytest.raises(AutopayNotEnrolled):
            staff_stop(house)

    def test_is_not_the_customers_own_to_give_this_way(self, house: House) -> None:
        house.enrol()
        body = {"account_id": house.account_id, "note": NOTE}
        with pytest.raises(Refusal) as refused:
            ask_door(house.payments.stop_draft, request=body, context=house.owner, key=house.a_key())
        assert refused.value.code in ("forbidden", "not_found")


class TestAFlag:
    @pytest.mark.parametrize(("kind", "words"), [("bankruptcy", "bankruptcy"), ("deceased", "has died")])
    def test_pauses_autopay_with_the_reason_in_plain_words(self, house: House, kind: str, words: str) -> None:
        house.enrol()
        house.staff(house.accounts.set_account_flag, kind=kind, from_on="2026-11-20", note="Letter of the court.")
        house.carry()
        shown = house.autopay()
        assert (shown["status"], shown["paused"]["code"], shown["paused"]["resumes_on"]) == ("paused", kind, None)
        assert words in shown["message"]
        assert [told["reason_code"] for told in house.told("autopay_paused")] == [kind]
        house.live_through("2027-01-08")
        assert house.charged() == []

    def test_of_another_kind_pauses_nothing(self, house: House) -> None:
        house.enrol()
        house.staff(house.accounts.set_account_flag, kind="dispute", from_on="2026-11-20", note="A letter.")
        house.carry()
        assert house.autopay()["status"] == "active"

    def test_that_is_over_already_pauses_nothing(self, house: House) -> None:
        house.enrol()
        house.staff(
            house.accounts.set_account_flag,
            kind="bankruptcy",
            from_on="2026-11-10",
            through_on="2026-11-15",
            note="Late.",
        )
        house.carry()
        assert house.autopay()["status"] == "active"

    def test_keeps_a_pause_from_ending_by_itself(self, house: House) -> None:
        house.enrol()
        house.defers(next_due_on="2027-02-05")
        house.staff(
            house.accounts.set_account_flag, kind="bankruptcy", from_on="2026-11-20", note="Letter of the court."
        )
        house.carry()
        assert house.autopay()["paused"]["code"] == "bankruptcy"
        house.live_through("2027-01-26")
        assert house.autopay()["status"] == "paused"

    def test_is_no_bar_to_a_new_word_of_the_customer(self, house: House) -> None:
        house.enrol()
        house.staff(
            house.accounts.set_account_flag, kind="bankruptcy", from_on="2026-11-20", note="Letter of the court."
        )
        house.carry()
        assert house.enrol()["status"] == "active"


def test_a_charge_off_ends_autopay_and_says_why(house: House) -> None:
    house.enrol()
    owed = house.owes()["payoff_ceiling_cents"]
    house.staff(house.accounts.charge_off, balance_cents=owed, reason="Insolvent.")
    house.carry()
    shown = house.autopay()
    assert (shown["status"], shown["drafts"]) == ("cancelled", [])
    assert "charged off" in shown["message"]
    assert [told["reason_code"] for told in house.told("autopay_cancelled")] == ["charged_off"]


class TestADefermentBesideAnEarlyDraft:
    """A draft ten days before the due date, which lies outside the days in which the instalment itself stays."""

    def defer(self, house: House) -> int:
        body = {"account_id": house.account_id, "months": 1}
        reply = ask_door(house.accounts.defer_payments, request=body, context=house.owner, key=house.a_key())
        return int(reply.data["from_instalment"])

    def test_that_comes_first_is_respected_before_its_event_has_arrived(self, house: House) -> None:
        house.enrol(day_offset=-10)
        assert house.autopay()["drafts"][0]["draft_on"] == "2026-11-25"
        house.move_to(date(2026, 11, 25))
        assert self.defer(house) == 12
        house.open_day()
        assert house.charged() == []
        assert house.autopay()["status"] == "paused"

    def test_that_comes_second_moves_what_comes_after_the_drawn_instalment(self, house: House) -> None:
        house.enrol(day_offset=-10)
        house.live_through("2026-11-25")
        assert house.charged() == [INSTALMENT]
        assert self.defer(house) == 13

    def test_that_comes_while_the_draft_is_under_way_never_makes_it_two(self, house: House) -> None:
        house.enrol(day_offset=-10, payment_method_id=house.add_bank_account("000111111116"))
        house.live_through("2026-11-25")
        assert house.rows("SELECT status FROM payments") == [["unknown"]]
        assert self.defer(house) == 12
        house.carry()
        house.settles_what_is_unknown()
        house.live_through("2027-02-10")
        drawn_of = house.rows("SELECT instalment_number FROM autopay_drafts WHERE status = 'drafted' ORDER BY 1")
        assert drawn_of[0] == [12]
        assert len(drawn_of) == len(house.charged()) == len({number for (number,) in drawn_of})
