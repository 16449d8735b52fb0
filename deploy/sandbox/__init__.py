"""The sandbox: one small server that plays SendGrid, Twilio and the card and ACH processor for stacks and tests."""
