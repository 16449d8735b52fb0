"""What people text to us: STOP, HELP and START are heeded at once and answered once, all else is for people to read."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.notifications.models import inbound_texts
from services.notifications.operations.consents import Source
from services.notifications.operations.contacts import language_at, people_at, resume_texts_to, stop_texts_to
from services.notifications.operations.conversations import take_text
from services.notifications.operations.deciding import Aside, decide
from services.notifications.operations.drafts import Draft, queue
from services.notifications.operations.queueing import who_asked
from services.notifications.providers.reports import InboundText
from services.notifications.providers.wording import Wording
from services.notifications.rules import causes
from services.notifications.rules.kinds import Channel
from services.notifications.rules.replies import Word, word_in

HEEDED, HANDED_OVER = "heeded", "handed_over"
ANSWERS: dict[Word, str] = {Word.STOP: "texts_stopped", Word.HELP: "texts_help", Word.START: "texts_started"}

# A machine that answers our answer is not answered again.
ANSWERED_AGAIN_AFTER = timedelta(hours=1)

_ONCE = insert(inbound_texts).on_conflict_do_nothing(constraint="uq_inbound_texts_vendor_id")


def take_inbound_text(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, wording: Wording, text: InboundText | None
) -> None:  # fmt: skip
    """Heed a text that came in, once; what the vendor tells again changes nothing."""
    if text is None:
        return
    word = text.understood or word_in(text.body)
    was_said = word is not None and _was_said_lately(transaction, now=now, cipher=cipher, text=text, word=word)
    if not _keep(transaction, now=now, cipher=cipher, text=text, word=word):
        return
    people = people_at(transaction, cipher=cipher, number=text.number)
    if word is None:
        take_text(
            transaction, now=now, cipher=cipher, from_phone=text.number, body=text.body, user_ids=people,
            vendor_id=text.vendor_id,
        )  # fmt: skip
        return
    is_news = _heed(transaction, now=now, cipher=cipher, text=text, word=word, people=people)
    # HELP is no news to anybody, and neither is what a stranger says: those are answered now and then.
    answers = is_news or (not was_said and (word is Word.HELP or (word is Word.STOP and not people)))
    if answers and text.understood is None:
        answer = _answer(transaction, now=now, text=text, template=ANSWERS[word], people=people)
        queue(answer, now=now, cipher=cipher, wording=wording)


def _heed(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, text: InboundText, word: Word, people: list[UUID]
) -> bool:
    """Do what was said for everybody whose number it is; gives whether that is news."""
    proof = {"text_id": text.vendor_id}
    if word is Word.STOP:
        stopped = [
            stop_texts_to(
                transaction, now=now, cipher=cipher, user_id=user_id, number=text.number, source=Source.TEXT,
                wording=text.body, proof=proof,
            )
            for user_id in people
        ]  # fmt: skip
        return any(stopped)
    if word is Word.START:
        resumed = [
            resume_texts_to(
                transaction, now=now, user_id=user_id, number=text.number, is_nobody_elses=len(people) == 1,
                wording=text.body, proof=proof,
            )
            for user_id in people
        ]  # fmt: skip
        return any(resumed)
    return False


def _answer(
    transaction: Transaction, *, now: datetime, text: InboundText, template: str, people: list[UUID]
) -> Draft:  # fmt: skip
    """One text back, within five minutes or not at all (47 CFR 64.1200(a)(12))."""
    decision, record = decide(
        who_asked(text.number), now=now, template=template, channel=Channel.SMS, aside=Aside(answers_text_at=now)
    )
    return Draft(
        within=transaction, channel=Channel.SMS, template=template, decision=decision, record=record,
        language=language_at(transaction, people=people),
        key=causes.source_key(cause=text.vendor_id, addressee="number", channel=Channel.SMS, template=template),
        user_id=people[0] if len(people) == 1 else None, variables={"to_phone": text.number, "first_name": ""},
    )  # fmt: skip


def _was_said_lately(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, text: InboundText, word: Word
) -> bool:
    said = select(func.count()).where(
        inbound_texts.c.number_print.in_(cipher.prints_of(text.number)),
        inbound_texts.c.received_at > now - ANSWERED_AGAIN_AFTER,
        inbound_texts.c.word == word,
    )
    return bool(transaction.value(said))


def _keep(
    transaction: Transaction, *, now: datetime, cipher: FieldCipher, text: InboundText, word: Word | None
) -> bool:
    """Write down that it came; gives False where it had come before. What people read is in its conversation."""
    identifier = new_id(at=now)
    values = {
        "id": identifier, "vendor_id": text.vendor_id, "number_print": cipher.print_of(text.number),
        "number_sealed": cipher.encrypt(text.number, bound_to=str(identifier)),
        "word": word, "state": HEEDED if word else HANDED_OVER, "received_at": now,
    }  # fmt: skip
    return bool(transaction.run(_ONCE, values))
