"""Files as we send them and as they come back, and strategies that draw any file the rules allow."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.payments.rules.nacha import (
    Addendum,
    Batch,
    ContestedReturn,
    DishonouredReturn,
    Entry,
    NachaFile,
    NotificationOfChange,
    PaymentInformation,
    Return,
    known_code,
)

# A whole file takes its time where others use the processor too; what is said of it does not hang on that.
on_a_busy_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

OUR_BANK, THEIR_BANK = "121042882", "231380104"
TRACE = "121042880000001"
LIVE_CODES, PRENOTE_CODES, RETURN_CODES = (22, 27, 32, 37), (23, 28, 33, 38), (21, 26, 31, 36)
ALL_CODES = (*LIVE_CODES, *PRENOTE_CODES, *RETURN_CODES)
DISTRICTS = (*range(1, 13), *range(21, 33), *range(61, 73), 80)
WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


def an_entry(**differences: Any) -> Entry:
    """$412.35 from a checking account."""
    known = {
        "transaction_code": 27, "routing_number": THEIR_BANK, "account_number": "000123456789",
        "amount_cents": 41_235, "individual_name": "Ada Lovelace", "individual_id": "000000000000001",
        "discretionary": "S", "trace_number": TRACE,
    }  # fmt: skip
    return Entry(**{**known, **differences})


def a_batch(*entries: Entry, **differences: Any) -> Batch:
    """Debits ordered on the web, for the 24th."""
    known = {
        "company_name": "CAPTIVE FINANCE", "company_id": "1234567890", "entry_class": "WEB",
        "description": "AUTO PYMT", "effective_on": date(2026, 11, 24), "originating_bank": OUR_BANK[:8],
        "number": 1, "entries": entries or (an_entry(),),
    }  # fmt: skip
    return Batch(**{**known, **differences})


def a_file(*batches: Batch, **differences: Any) -> NachaFile:
    """One file of the 23rd, to the bank."""
    known = {
        "destination": OUR_BANK, "origin": OUR_BANK, "created_on": date(2026, 11, 23), "created_time": time(17, 5),
        "destination_name": "FIRST BANK", "origin_name": "CAPTIVE FINANCE", "batches": batches or (a_batch(),),
    }  # fmt: skip
    return NachaFile(**{**known, **differences})


def a_returned_entry(code: str = "R01", **differences: Any) -> Entry:
    """Our entry sent back by the other bank."""
    trace = "231380100000001"
    sent_back = Return(code=code, original_trace_number=TRACE, original_bank=THEIR_BANK[:8], trace_number=trace)
    return an_entry(
        **{"transaction_code": 26, "routing_number": OUR_BANK, "trace_number": trace, "addenda": (sent_back,),
           **differences}
    )  # fmt: skip


def a_correction(code: str, corrected: str) -> Batch:
    """A batch of the class COR with one notification of change."""
    trace = "231380100000001"
    change = NotificationOfChange(
        code=code, original_trace_number=TRACE, original_bank=THEIR_BANK[:8], corrected=corrected, trace_number=trace
    )
    entry = an_entry(
        transaction_code=26, routing_number=OUR_BANK, amount_cents=0, trace_number=trace, addenda=(change,)
    )
    return a_batch(entry, entry_class="COR", originating_bank=THEIR_BANK[:8], effective_on=None)


def with_check_digit(eight: str) -> str:
    """A routing number from its first eight digits."""
    total = sum(int(digit) * weight for digit, weight in zip(eight, WEIGHTS, strict=True))
    return f"{eight}{-total % 10}"


def digits(width: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=width, max_size=width)


def printable_text(longest: int, *, shortest: int = 0) -> st.SearchStrategy[str]:
    """Text that begins and ends with something to see, if it is not empty."""
    drawn = st.text([chr(code) for code in range(32, 127)], min_size=shortest, max_size=longest)
    return drawn.map(lambda text: text.strip(" ")).filter(lambda text: len(text) >= shortest)


routing_numbers = st.builds(
    lambda district, rest: with_check_digit(f"{district:02d}{rest}"), st.sampled_from(DISTRICTS), digits(6)
)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
maybe_days = st.none() | days
settlement_days = st.just("") | digits(3)
banks = st.just("") | digits(8)

returns = st.builds(
    Return, code=st.sampled_from(["R01", "R02", "R10", "R29", "R85"]), original_trace_number=digits(15),
    original_bank=banks, trace_number=digits(15), information=printable_text(44), died_on=maybe_days,
)  # fmt: skip
dishonoured_returns = st.builds(
    DishonouredReturn, code=st.sampled_from(["R61", "R67", "R68", "R69", "R70"]), original_trace_number=digits(15),
    original_bank=banks, return_trace_number=digits(15), return_settlement_day=settlement_days, return_code=digits(2),
    trace_number=digits(15), information=printable_text(21),
)  # fmt: skip
contested_returns = st.builds(
    ContestedReturn, code=st.sampled_from(["R71", "R74", "R77"]), original_trace_number=digits(15),
    original_returned_on=maybe_days, original_bank=banks, original_settlement_day=settlement_days,
    return_trace_number=digits(15), return_settlement_day=settlement_days, return_code=digits(2),
    dishonoured_trace_number=digits(15), dishonoured_settlement_day=settlement_days, dishonoured_code=digits(2),
    trace_number=digits(15),
)  # fmt: skip
changes = st.builds(
    NotificationOfChange, code=st.sampled_from(["C01", "C02", "C03", "C05", "C06", "C07"]),
    original_trace_number=digits(15), original_bank=banks, corrected=printable_text(29), trace_number=digits(15),
)  # fmt: skip
texts_to_entries = st.builds(PaymentInformation, information=printable_text(80))


@st.composite
def entries(draw: st.DrawFn, *, entry_class: str, codes: tuple[int, ...] = ALL_CODES) -> Entry:
    """Any entry of a class; its trace number is given with its batch."""
    is_correction = entry_class == "COR"
    number = draw(st.sampled_from(RETURN_CODES if is_correction else codes))
    code = known_code(number)
    assert code is not None
    moves_nothing = is_correction or code.purpose == "prenote"
    addenda: tuple[Addendum, ...] = tuple(draw(st.lists(texts_to_entries, max_size=2)))
    if is_correction:
        addenda = (draw(changes),)
    elif code.purpose == "return":
        addenda = (draw(st.one_of(returns, dishonoured_returns, contested_returns)),)
    return Entry(
        transaction_code=number,
        routing_number=draw(routing_numbers),
        account_number=draw(printable_text(17, shortest=1)),
        amount_cents=0 if moves_nothing else draw(st.integers(1, 10**10 - 1)),
        individual_name=draw(printable_text(22)),
        individual_id=draw(printable_text(15)),
        discretionary=draw(printable_text(2)),
        trace_number=draw(digits(15)),
        addenda=addenda,
    )


@st.composite
def batches(draw: st.DrawFn, *, codes: tuple[int, ...] = ALL_CODES) -> Batch:
    entry_class = draw(st.sampled_from(["PPD", "WEB", "CCD", "COR"]))
    drawn = draw(st.lists(entries(entry_class=entry_class, codes=codes), min_size=1, max_size=4))
    bank = draw(digits(8))
    numbered = [_numbered(entry, f"{bank}{number:07d}") for number, entry in enumerate(drawn, start=1)]
    return Batch(
        company_name=draw(printable_text(16)),
        company_id=draw(printable_text(10, shortest=1)),
        entry_class=entry_class,
        description=draw(printable_text(10)),
        effective_on=draw(maybe_days),
        originating_bank=bank,
        number=draw(st.integers(0, 10**7 - 1)),
        entries=tuple(numbered),
        company_discretionary=draw(printable_text(20)),
        descriptive_date=draw(printable_text(6)),
        settlement_day=draw(settlement_days),
        originator_status=draw(st.sampled_from(["1", "2", ""])),
    )


def _numbered(entry: Entry, trace: str) -> Entry:
    addenda = tuple(
        addendum if isinstance(addendum, PaymentInformation) else replace(addendum, trace_number=trace)
        for addendum in entry.addenda
    )
    return replace(entry, trace_number=trace, addenda=addenda)


def _files(drawn: st.SearchStrategy[Batch]) -> st.SearchStrategy[NachaFile]:
    return st.builds(
        NachaFile, destination=routing_numbers, origin=routing_numbers | printable_text(10, shortest=1),
        created_on=days, created_time=st.none() | times, modifier=st.sampled_from("ABZ09"),
        destination_name=printable_text(23), origin_name=printable_text(23), reference=printable_text(8),
        batches=st.lists(drawn, max_size=3).map(tuple),
    )  # fmt: skip


files = _files(batches())
sent_files = _files(batches(codes=(*LIVE_CODES, *PRENOTE_CODES)))
"""Without returns, and so without amounts that go back."""
