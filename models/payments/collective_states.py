"""States of a collective identifier and the ways between them."""

QUEUED = "queued"
ASKING = "asking"
UNKNOWN = "unknown"
MADE = "made"
REFUSED = "refused"

STATES = [
    (QUEUED, "Waiting"),
    (ASKING, "KSeF is being asked"),
    (UNKNOWN, "No answer came"),
    (MADE, "Made"),
    (REFUSED, "Refused by KSeF"),
]

#: state -> states that may follow; ``_set_state`` refuses everything else.
TRANSITIONS = {
    QUEUED: {ASKING},
    # Back: KSeF has certainly made nothing. Asking: found again by the next worker.
    ASKING: {QUEUED, UNKNOWN, MADE, REFUSED},
    UNKNOWN: {QUEUED, MADE},
    MADE: set(),
    REFUSED: set(),
}

#: somebody has to do something about them.
LIVE = (QUEUED, ASKING, UNKNOWN)
