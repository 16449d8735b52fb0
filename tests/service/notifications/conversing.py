"""Two sides of a conversation on the stage: Ada, who is a customer, and the desk."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.bus.rpc import Reply
from chassis.context import CallContext
from tests.builders.notifications import ACCOUNT, ADA, GRACE
from tests.builders.wiring import a_customer, an_agent, ask_door
from tests.service.notifications.stage import Stage

ROBIN, KIM = "01900000-0000-7000-8000-0000000000aa", "01900000-0000-7000-8000-0000000000ab"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64 + b"\0\0\0\0IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@dataclass
class Side:
    """Somebody who converses: every door by its name, with what is asked there."""

    stage: Stage
    context: CallContext

    def ask(self, door: str, *, key: str | None = None, **request: Any) -> Reply:
        return ask_door(getattr(self.stage.service, door), request=request, context=self.context, key=key)

    def opens(self, body: str = "When is my title sent?", **differences: Any) -> str:
        # A moment later each time, so that one conversation is newer than another.
        self.stage.clock.move_to(self.stage.clock.now() + timedelta(seconds=1))
        request = {"topic": "documents", "subject": "My title", "body": body, **differences}
        return str(self.ask("open_conversation", **request).data["conversation_id"])

    def writes(self, conversation_id: str, body: str, *, key: str | None = None, files: tuple[str, ...] = ()) -> str:
        request = {"conversation_id": conversation_id, "body": body, "attachment_ids": list(files)}
        return str(self.ask("write_message", key=key, **request).data["message_id"])

    def uploads(self, conversation_id: str, content: bytes = PDF, *, media: str = "application/pdf") -> str:
        request = {
            "conversation_id": conversation_id, "name": "proof.pdf", "media": media,
            "body_base64": b64encode(content).decode(),
        }  # fmt: skip
        return str(self.ask("add_attachment", **request).data["attachment_id"])

    def downloads(self, conversation_id: str, attachment_id: str) -> bytes:
        found = self.ask("get_attachment", conversation_id=conversation_id, attachment_id=attachment_id)
        return b64decode(found.data["content_base64"])

    def sees(self, conversation_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("get_conversation", conversation_id=conversation_id).data
        return found

    def reads(self, conversation_id: str) -> list[str]:
        """The words, newest first."""
        page = self.ask("list_conversation_messages", conversation_id=conversation_id).data
        return [message["body"] for message in page["data"]]

    def finds(self, **wanted: Any) -> list[str]:
        return [row["id"] for row in self.ask("search_conversations", **wanted).data["data"]]


def ada(stage: Stage) -> Side:
    return Side(stage, a_customer(user_id=ADA, accounts=(ACCOUNT,)))


def grace(stage: Stage) -> Side:
    return Side(stage, a_customer(user_id=GRACE))


def robin(stage: Stage) -> Side:
    return Side(stage, an_agent(user_id=ROBIN))


def kim(stage: Stage) -> Side:
    return Side(stage, an_agent(user_id=KIM))
