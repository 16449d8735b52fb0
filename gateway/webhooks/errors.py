"""What is refused about webhooks."""

from chassis.errors import Kind, Refusal


class TooManyWebhooks(Refusal):
    code = "too_many_webhooks"
    kind = Kind.CONFLICT
    title = "No room for another webhook"
    detail = "There are as many webhooks as there may be. Remove one that is not used, then register this one."


class SecretRotationRunning(Refusal):
    """A third secret would end the first before its time; the sentence names the instant."""

    code = "secret_rotation_running"
    kind = Kind.CONFLICT
    title = "The secret is being changed already"
    detail = "Two secrets sign at most. Change it again once `previous_secret_until` is over."


class WebhookDisabled(Refusal):
    code = "webhook_disabled"
    kind = Kind.CONFLICT
    title = "This webhook is disabled"
    detail = "Nothing is sent to it now. Set its state to active first, then send this again."
