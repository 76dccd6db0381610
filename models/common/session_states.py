"""States of a session and the ways between them."""

OPENING = "opening"
OPEN = "open"
CLOSING = "closing"
CLOSED = "closed"
DONE = "done"
FAILED = "failed"

STATES = [
    (OPENING, "Being opened"),
    (OPEN, "Open"),
    (CLOSING, "Being closed"),
    (CLOSED, "Being checked by KSeF"),
    (DONE, "Completed"),
    (FAILED, "Failed"),
]

TRANSITIONS = {
    OPENING: {OPEN, FAILED},
    OPEN: {CLOSING, FAILED},
    CLOSING: {CLOSED, FAILED},
    CLOSED: {DONE, FAILED},
    DONE: set(),
    FAILED: set(),
}

#: sessions that KSeF may still have to tell us something about.
UNFINISHED = (OPENING, OPEN, CLOSING, CLOSED)

#: kinds: filled one by one, or handed over as one package.
ONLINE = "online"
BATCH = "batch"
