"""Four kinds of door, no fifth: @command, @query, @reaction, @errand; and plain timers for sweeps."""

from chassis.doors.answering import command, query
from chassis.doors.call import Call, ErrandCall, EventCall, Service
from chassis.doors.errands import errand
from chassis.doors.handling import reaction
from chassis.doors.listening import Outcome
from chassis.doors.timer import timer

__all__ = ["Call", "ErrandCall", "EventCall", "Outcome", "Service", "command", "errand", "query", "reaction", "timer"]
