"""What makes a step survive a crash: the durable write and the company's turn."""

import logging
from contextlib import contextmanager

from odoo.service.model import retrying

_logger = logging.getLogger(__name__)

#: first keys of the advisory locks of this add-on; the second is the company's id.
#: Whoever sends does not wait for a large package that is being fetched.
SENDING = 0x4B536546  # "KSeF"
FETCHING = SENDING + 1
PAYING = SENDING + 2


def durably(env, function):
    """Run ``function`` and commit what it wrote.

    A user who edits the same invoice at the same moment must not cost us the outcome
    of a call: Odoo's own ``retrying`` repeats the *write* on a serialization failure.
    ``function`` therefore makes no call to KSeF.

    :return: whatever ``function`` returned.
    """
    return retrying(function, env)


@contextmanager
def company_turn(company, work=SENDING):
    """Yield whether this process may talk to KSeF for ``company`` now.

    A session-level advisory lock outlives commits and ends with the connection, so
    whoever holds it may take every half-done row of the company for the remains of a
    worker that died.

    :param work: ``SENDING``, ``FETCHING`` or ``PAYING``, which go on side by side
    """
    cr = company.env.cr
    keys = (work, company.id)
    cr.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
    mine = cr.fetchone()[0]
    try:
        yield mine
    except Exception:
        # A broken transaction could not even give the turn back.
        cr.rollback()
        raise
    finally:
        if mine and not cr.closed:
            cr.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def take_turns(companies, run, work=SENDING):
    """Do the work of a cron, company by company; KSeF may be down.

    :param run: called with each company whose turn this process got
    :param work: as in :func:`company_turn`
    """
    progress = companies.env["ir.cron"]._commit_progress
    progress(remaining=len(companies))
    for company in companies:
        take_turn(company, run, work)
        if not progress(1):
            break


def take_turn(company, run, work=SENDING):
    """Call ``run(company)`` if nobody else works; a failure stops no other company.

    A failure here is a fault of ours: it is logged in full, the rows stay as the last
    commit left them, and the next run takes them over.
    """
    company = company.with_company(company)
    try:
        with company_turn(company, work) as mine:
            if mine:
                run(company)
    except Exception:
        _logger.exception("%s of company %s failed", run.__qualname__, company.id)
        company.env.cr.rollback()
