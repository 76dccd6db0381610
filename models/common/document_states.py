"""States of a document and the ways between them; how it was issued."""

QUEUED = "queued"
SENDING = "sending"
PROCESSING = "processing"
ACCEPTED = "accepted"
REJECTED = "rejected"
UNKNOWN = "unknown"

STATES = [
    (QUEUED, "Waiting to be sent"),
    (SENDING, "Being sent"),
    (PROCESSING, "Being checked by KSeF"),
    (UNKNOWN, "No answer yet"),
    (ACCEPTED, "Accepted"),
    (REJECTED, "Rejected"),
]

#: state -> states that may follow; ``_set_state`` refuses everything else.
TRANSITIONS = {
    QUEUED: {SENDING},
    SENDING: {PROCESSING, REJECTED, QUEUED, UNKNOWN},
    UNKNOWN: {PROCESSING, ACCEPTED, REJECTED, QUEUED},
    PROCESSING: {ACCEPTED, REJECTED, QUEUED, UNKNOWN},
    ACCEPTED: set(),
    REJECTED: set(),
}

#: the invoice is, or may be, on its way: it must not change and must not be sent again.
LIVE = (QUEUED, SENDING, PROCESSING, UNKNOWN)
FINAL = (ACCEPTED, REJECTED)

#: how a document was issued; the others are values of ``ksef.deadlines.OfflineMode``.
ONLINE = "online"
OFFLINE24 = "offline24"
