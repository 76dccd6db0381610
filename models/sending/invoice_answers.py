"""What KSeF said of invoices, written into their documents."""

from ...ksef.codes import Action, row_for
from ..common import document_states as doc
from ..common.backoff import backoff
from ..common.moments import naive

#: what the code table's action makes of a document that KSeF has judged.
STATE_AFTER = {
    Action.WAIT: doc.PROCESSING,
    Action.RETRY: doc.QUEUED,
    Action.RECONCILE: doc.UNKNOWN,
    Action.NONE: doc.ACCEPTED,
}

#: "encryption" and "system" verdicts are ours or KSeF's to repair, but not for ever.
MAX_ATTEMPTS = 8


def confirm(documents, confirmed):
    """Write what the UPO says of ``documents``.

    :param confirmed: hash -> ``UpoDocument``
    """
    for document in documents:
        if proven := confirmed.get(document.xml_hash):
            values = _acceptance(proven.ksef_number, proven.acquired_at)
            values["sent_at"] = naive(proven.sent_at)
            if proven.mode:
                values["mode"] = proven.mode.lower()
            document._set_state(doc.ACCEPTED, **values)
    documents.move_id._l10n_pl_ksef_notify()


def apply_all(documents, there, is_complete):
    """Write KSeF's words on ``documents``.

    :param there: hash -> ``InvoiceStatus`` of what KSeF lists
    :param is_complete: what is not listed has never arrived
    """
    for document in documents:
        invoice = there.get(document.xml_hash)
        if invoice:
            _apply(document, invoice)
        elif is_complete:
            requeue(document)
    documents.move_id._l10n_pl_ksef_notify()


def requeue(documents):
    for document in documents:
        document._set_state(doc.QUEUED, next_try_at=backoff(document.attempts))


def _apply(document, invoice):
    """Write KSeF's word on one invoice into its document."""
    values = {
        "reference_number": invoice.reference_number,
        "sent_at": naive(invoice.invoicing_date),
        "code_scope": "invoice",
        "code": str(invoice.status.code),
        "details": "\n".join(invoice.status.details),
    }
    if invoice.invoicing_mode:
        values["mode"] = invoice.invoicing_mode.lower()
    state = _state_after(document, invoice)
    if state == doc.ACCEPTED:
        values.update(_acceptance(invoice.ksef_number, invoice.acquisition_date))
    elif state == doc.UNKNOWN:
        values["original_ksef_number"] = invoice.original_ksef_number
        values["original_session_number"] = invoice.original_session_reference_number
    elif state == doc.QUEUED:
        values["next_try_at"] = backoff(document.attempts)
    if state == document.state:
        document._note(**values)
    else:
        document._set_state(state, **values)


def _state_after(document, invoice):
    if not invoice.is_final:
        return doc.PROCESSING
    if invoice.is_accepted:
        return doc.ACCEPTED
    if invoice.is_duplicate and not invoice.original_ksef_number:
        return doc.REJECTED
    action = row_for("invoice", invoice.status.code).action
    if action is Action.RETRY and document.attempts >= MAX_ATTEMPTS:
        return doc.REJECTED
    return STATE_AFTER.get(action, doc.REJECTED)


def _acceptance(number, at):
    return {
        "ksef_number": number,
        "acquired_at": naive(at),
        "code_scope": False,
        "code": False,
        "details": False,
        "next_try_at": False,
    }
