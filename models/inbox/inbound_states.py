"""States of a received invoice, the ways between them, and the roles it came by."""

NEW = "new"
CREATED = "created"
MERGED = "merged"
NOT_OURS = "not_ours"
NOT_BOOKED = "not_booked"
PROBLEM = "problem"

STATES = [
    (NEW, "New"),
    (CREATED, "Bill created"),
    (MERGED, "Merged with a bill"),
    (NOT_OURS, "Not ours"),
    (NOT_BOOKED, "Not booked"),
    (PROBLEM, "Problem"),
]

#: state -> states that may follow; ``_set_state`` refuses everything else.
TRANSITIONS = {
    NEW: {CREATED, MERGED, NOT_OURS, NOT_BOOKED, PROBLEM},
    PROBLEM: {NEW, CREATED, MERGED, NOT_OURS, NOT_BOOKED, PROBLEM},
    NOT_OURS: {NEW},
    NOT_BOOKED: {NEW},
    # The bill was deleted or cancelled: the invoice waits again.
    CREATED: {NEW},
    MERGED: {NEW},
}

#: a person may still decide what becomes of it.
OPEN = (NEW, PROBLEM)
SET_ASIDE = (NOT_OURS, NOT_BOOKED)

SELLER = "Subject1"
BUYER = "Subject2"
THIRD = "Subject3"
AUTHORIZED = "SubjectAuthorized"

#: values of ``ksef.messages_inbox.SubjectType``.
ROLES = [
    (BUYER, "Buyer"),
    (THIRD, "Third party"),
    (AUTHORIZED, "Authorised entity"),
    (SELLER, "Seller"),
]
