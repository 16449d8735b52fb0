"""Where in the United States an account can be: the two letters of the mail (USPS Publication 28, appendix B)."""

_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
_ISLANDS = "AS FM GU MH MP PR PW VI"
_FORCES = "AA AE AP"

POSTAL_STATES = frozenset(f"{_STATES} {_ISLANDS} {_FORCES}".split())
STATE_WANTED = 'A state is the two capital letters of the mail, as "TX".'
