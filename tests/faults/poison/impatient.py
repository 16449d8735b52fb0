"""The toy in a process that waits for nothing as long as ours do, so that a test need not either."""

from chassis import ops
from chassis.bus import link
from tests.faults.poison.toy import BLOCKED_SECONDS, NotingService

link.HEARTBEAT_SECONDS = 2
ops.LOOP_STALL_SECONDS_MAX = BLOCKED_SECONDS + 1


class ImpatientService(NotingService):
    name = "impatient"
