"""Versions of the rules as a whole, and what each of them changed: recordings are run again under their own."""

OWN_NUMBERS = 2
"""From here on `cancel` and `replace` name an order as its sender was told it, no longer by its market's number."""
GUARDS_OUTLIVE = 2
"""From here on orders of an earlier period leave where the new values break the rules on losses."""
UNDECIDED_LEAVE = 3
"""From here on they also leave where they would lose money and nobody has decided on them."""
CONSENT_STAYS = 4
"""From here on a stage of consent that is left goes on for those who have not answered: they come behind."""
RULES = CONSENT_STAYS
"""The version of new sessions."""
RULES_UNDERSTOOD = range(1, RULES + 1)
"""Recordings of these are run again; one of another version is read by its events alone."""
