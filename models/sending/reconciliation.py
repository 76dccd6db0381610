"""Documents here against sessions at KSeF, once a day; what differs is told.

Nothing is changed: the sender's own recovery does that for what it knows of. Here is
looked for what it cannot know of: lost rows, other programs, a restored database.
"""

from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from ...ksef.session import iterate_invoices
from ..common import document_states as doc
from ..common import session_states as ses

KINDS = {"Online": ses.ONLINE, "Batch": ses.BATCH}
PAGE_SIZE = 1000

#: kinds of differences; the texts are the model's.
FOREIGN_SESSION = "foreign_session"
UNKNOWN_SESSION = "unknown_session"
UNKNOWN_INVOICE = "unknown_invoice"
NOT_THERE = "not_there"
OTHER_NUMBER = "other_number"


@dataclass(frozen=True)
class Difference:
    """Something that one side knows and the other does not.

    :ivar kind: one of the constants above
    :ivar move: the invoice it is about, an empty recordset when there is none here
    :ivar values: what the text needs
    """

    kind: str
    move: Any
    values: dict


class Reconciliation:
    """Compare one company's sessions of a time with those of KSeF.

    :param company: ``res.company`` (sudo)
    :param client: logged-in ``KsefClient``
    :param since: naive UTC; ``until`` too. Sessions that were opened in between.
    """

    def __init__(self, company, client, since, until):
        self.env = company.env
        self.company = company
        self.client = client
        self.since = since
        self.until = until

    def differences(self):
        """Return all differences.

        :raises KsefError: KSeF cannot be reached
        """
        there = dict(self._there())
        here = {row.reference_number: row for row in self._here()}
        found = []
        for reference, summary in there.items():
            row = here.get(reference) or self._known(reference)
            if row:
                found += self._compare(row, summary)
            elif summary.successful:
                found.append(self._foreign(summary))
        for reference, row in here.items():
            if reference not in there:
                found += self._lost(row)
        return found

    # ------------------------------------------------------------------
    # both sides
    # ------------------------------------------------------------------
    def _there(self):
        """Yield reference and summary of each session at KSeF."""
        filters = {
            "dateCreatedFrom": _text(self.since),
            "dateCreatedTo": _text(self.until),
        }
        for kind in KINDS:
            token = None
            while True:
                page = self.client.sessions(
                    kind, token, page_size=PAGE_SIZE, filters=filters
                )
                for summary in page.sessions:
                    yield summary.reference_number, summary
                if page.continuation_token in (None, token):
                    break
                token = page.continuation_token

    def _here(self):
        # A minute less on either side: the clocks are not the same.
        edge = timedelta(minutes=1)
        return self.env["l10n_pl_ksef.session"].search(
            [
                ("company_id", "=", self.company.id),
                ("reference_number", "!=", False),
                ("state", "=", ses.DONE),
                ("opened_at", ">=", self.since + edge),
                ("opened_at", "<=", self.until - edge),
            ]
        )

    def _known(self, reference):
        return self.env["l10n_pl_ksef.session"].search(
            [
                ("company_id", "=", self.company.id),
                ("reference_number", "=", reference),
            ],
            limit=1,
        )

    # ------------------------------------------------------------------
    # one session
    # ------------------------------------------------------------------
    def _compare(self, row, summary):
        """Compare the counts first: the list costs a request."""
        if row.state != ses.DONE:
            return []
        accepted = row.document_ids.filtered(lambda d: d.state == doc.ACCEPTED)
        if len(accepted) == summary.successful:
            return []
        listed = {
            invoice.invoice_hash: invoice
            for invoice in iterate_invoices(self.client, row.reference_number)
            if invoice.is_accepted
        }
        return [*self._only_here(accepted, listed), *self._only_there(row, listed)]

    def _only_here(self, accepted, listed):
        for document in accepted:
            invoice = listed.get(document.xml_hash)
            if invoice is None:
                yield self._of(NOT_THERE, document)
            elif invoice.ksef_number != document.ksef_number:
                yield self._of(OTHER_NUMBER, document, number=invoice.ksef_number)

    def _only_there(self, row, listed):
        known = {each.xml_hash: each for each in row.document_ids}
        for digest, invoice in listed.items():
            document = known.get(digest)
            if document is None or document.state != doc.ACCEPTED:
                move = document.move_id if document else self.env["account.move"]
                values = {
                    "number": invoice.ksef_number,
                    "session": row.reference_number,
                }
                yield Difference(UNKNOWN_INVOICE, move, values)

    def _of(self, kind, document, **values):
        known = {"name": document.move_id.name, "here": document.ksef_number}
        return Difference(kind, document.move_id, {**known, **values})

    def _foreign(self, summary):
        values = {"session": summary.reference_number, "count": summary.successful}
        return Difference(FOREIGN_SESSION, self.env["account.move"], values)

    def _lost(self, row):
        for document in row.document_ids:
            if document.state == doc.ACCEPTED:
                yield self._of(UNKNOWN_SESSION, document, session=row.reference_number)


def _text(moment):
    return moment.replace(tzinfo=timezone.utc).isoformat()
