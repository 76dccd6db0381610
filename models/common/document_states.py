"""States of a document and the ways between them; how it was issued."""

QUEUED = "queued"
SENDING = "sending"
PROCESSING = "processing"
ACCEPTED = "accepted"
REJECTED = "rejected"
UNKNOWN = "unknown"
GIVEN_UP = "given_up"

STATES = [
    (QUEUED, "Waiting to be sent"),
    (SENDING, "Being sent"),
    (PROCESSING, "Being checked by KSeF"),
    (UNKNOWN, "No answer yet"),
    (ACCEPTED, "Accepted"),
    (REJECTED, "Rejected"),
    (GIVEN_UP, "Given up"),
]

#: state -> states that may follow; ``_set_state`` refuses everything else.
TRANSITIONS = {
    QUEUED: {SENDING, GIVEN_UP},
    SENDING: {PROCESSING, REJECTED, QUEUED, UNKNOWN, GIVEN_UP},
    UNKNOWN: {PROCESSING, ACCEPTED, REJECTED, QUEUED, GIVEN_UP},
    PROCESSING: {ACCEPTED, REJECTED, QUEUED, UNKNOWN, GIVEN_UP},
    ACCEPTED: set(),
    REJECTED: set(),
    GIVEN_UP: set(),
}

#: the invoice is, or may be, on its way: it must not change and must not be sent again.
LIVE = (QUEUED, SENDING, PROCESSING, UNKNOWN)
FINAL = (ACCEPTED, REJECTED, GIVEN_UP)
#: KSeF does not have it from here: the invoice may be mended and sent again.
NOT_THERE = (REJECTED, GIVEN_UP)

#: how a document was issued; the others are values of ``ksef.deadlines.OfflineMode``.
ONLINE = "online"
OFFLINE24 = "offline24"
