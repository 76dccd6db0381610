"""What the import has to tell: one table of sentences, by code.

``INFO`` is worth knowing, ``TODO`` wants a person's look before the bill is posted.
"""

from typing import NamedTuple

from markupsafe import Markup

from odoo.tools import LazyTranslate

from ..common.shown import shown

_lt = LazyTranslate(__name__)

INFO = "info"
TODO = "todo"

#: code -> level, sentence.
SENTENCES = {
    # -- sums and rows
    "rows_do_not_add_up": (
        TODO,
        _lt("The rows do not add up to the totals: booked are the totals by rate."),
    ),
    "vat_differs": (
        TODO,
        _lt("VAT is %(given)s, though the rates give %(due)s: booked as on the file."),
    ),
    "total_differs": (
        TODO,
        _lt(
            "The total on the file is %(given)s, its net and VAT amounts add up to"
            " %(sums)s: booked are net and VAT."
        ),
    ),
    "booked_differs": (
        TODO,
        _lt("The bill comes to %(booked)s, the file to %(given)s: compare them."),
    ),
    "zloty_tax_differs": (
        TODO,
        _lt("VAT in PLN on the file is %(given)s, on the bill %(booked)s: mend it."),
    ),
    "no_total": (TODO, _lt("The file has no total amount (P_15).")),
    "no_rate": (
        TODO,
        _lt("The file names no VAT rates: the gross amount is booked without VAT."),
    ),
    "many_rows": (
        INFO,
        _lt("%(count)s rows: booked in one line per rate, the picture has them all."),
    ),
    "no_tax": (
        TODO,
        _lt("There is no purchase tax for the rate “%(rate)s”: booked gross."),
    ),
    "not_deductible": (
        TODO,
        _lt("Rate “%(rate)s”: no VAT to deduct from this invoice, booked gross."),
    ),
    "foreign_supply": (
        TODO,
        _lt(
            "Rate “%(rate)s” on a Polish invoice: booked without VAT, nothing is"
            " self-assessed."
        ),
    ),
    "reverse_charge": (
        TODO,
        _lt("Reverse charge: you account for the VAT, check the tax on the lines."),
    ),
    "unreadable": (
        TODO,
        _lt("The file breaks the structure of FA in %(count)s places: %(places)s."),
    ),
    "unknown_content": (
        INFO,
        _lt("The file has content that the FA structure does not know: %(places)s."),
    ),
    "other_encoding": (
        INFO,
        _lt("The file is not in UTF-8: it can not come from KSeF as it is."),
    ),
    # -- parties
    "supplier_created": (INFO, _lt("New contact: %(name)s.")),
    "supplier_archived": (
        TODO,
        _lt("The contact %(name)s is archived; it was taken all the same."),
    ),
    "supplier_ambiguous": (
        TODO,
        _lt("Several contacts have the tax number %(nip)s; %(name)s was taken."),
    ),
    "supplier_renamed": (
        INFO,
        _lt("On the invoice the contact is called “%(name)s”, address: %(address)s."),
    ),
    "supplier_without_nip": (
        TODO,
        _lt("The tax number %(nip)s of %(name)s is not valid: check who this is."),
    ),
    "supplier_to_choose": (
        TODO,
        _lt(
            "No contact has the tax number %(nip)s of %(name)s: choose the supplier, or"
            " create the contact from the invoice."
        ),
    ),
    "supplier_unknown": (TODO, _lt("The file does not say who issued it.")),
    "other_buyer": (
        TODO,
        _lt(
            "The buyer on the invoice is %(name)s, tax number %(nip)s: not %(company)s."
        ),
    ),
    "third_party": (
        INFO,
        _lt("Your company is on this invoice as a third party: %(roles)s."),
    ),
    "shared": (
        TODO,
        _lt("Additional buyer: booked is the share of %(share)s %%, check it."),
    ),
    "co_buyers": (
        TODO,
        _lt("There are further buyers: %(names)s. Check whether all of it is yours."),
    ),
    # -- header
    "currency_activated": (INFO, _lt("The currency %(currency)s was activated.")),
    "currency_unknown": (
        TODO,
        _lt(
            "The currency “%(currency)s” does not exist here: nothing was booked."
            " Create it and import the file again."
        ),
    ),
    "document_rate": (
        TODO,
        _lt("No rate of %(currency)s here: the seller's rate %(rate)s was taken."),
    ),
    "rate_unknown": (
        TODO,
        _lt(
            "No rate of %(currency)s here, none on the file that holds for all of it:"
            " the bill counts 1:1. Enter the rate before you post it."
        ),
    ),
    "cash_method": (
        TODO,
        _lt("Cash method (MK): deduct the VAT when the bill is paid."),
    ),
    "farmers": (
        TODO,
        _lt(
            "Invoice VAT RR (FA_RR), issued by the buyer to a flat-rate farmer: the"
            " refund of %(refund)s is deducted when the farmer was paid by transfer."
            " Marking in JPK: VAT_RR. Check the tax."
        ),
    ),
    "self_billed": (INFO, _lt("Issued by the buyer in your name (self-billing).")),
    "orders": (INFO, _lt("Orders on the invoice: %(numbers)s.")),
    "contracts": (INFO, _lt("Contracts on the invoice: %(numbers)s.")),
    # -- payment
    "paid": (
        TODO,
        _lt("The invoice says that it is paid (%(date)s): do not pay twice."),
    ),
    "partly_paid": (
        TODO,
        _lt("The invoice says that a part is paid: %(amounts)s."),
    ),
    "prepaid": (
        TODO,
        _lt("The total includes payments before the supply: %(amounts)s."),
    ),
    "several_terms": (
        INFO,
        _lt("Several due dates: %(dates)s. The first one was taken."),
    ),
    "term_in_words": (INFO, _lt("Due date in words: %(words)s.")),
    "to_pay": (
        TODO,
        _lt("To pay is %(amount)s, not the total of the invoice: %(reasons)s."),
    ),
    "deposit_booked": (
        INFO,
        _lt("Returnable deposits of %(amount)s are booked beside the total, no VAT."),
    ),
    "split_payment": (INFO, _lt("To be paid by split payment.")),
    "account_new": (
        TODO,
        _lt("New bank account %(account)s: check it before you pay to it."),
    ),
    "account_of_other": (
        TODO,
        _lt("The bank account %(account)s belongs to %(name)s here: check it."),
    ),
    "account_of_factor": (
        TODO,
        _lt("To be paid to a factor (%(name)s), account %(account)s."),
    ),
    "discount_terms": (INFO, _lt("Early payment discount: %(terms)s.")),
    # -- corrections and advances
    "corrects": (INFO, _lt("Corrects: %(numbers)s. Reason: %(reason)s.")),
    "original_unknown": (
        TODO,
        _lt("The corrected invoice was not found: %(numbers)s."),
    ),
    "originals_many": (
        TODO,
        _lt("Corrects several bills: %(bills)s. Reconcile them by hand."),
    ),
    "nothing_to_book": (
        TODO,
        _lt("The correction changes no amounts: there is nothing to book."),
    ),
    "changed_data": (INFO, _lt("Data before the correction: %(data)s.")),
    "settles": (INFO, _lt("Settles the advance invoices: %(numbers)s.")),
    "advance_missing": (
        TODO,
        _lt("Advance invoices that were not found: %(numbers)s."),
    ),
    # -- files and copies
    "linked": (
        INFO,
        _lt("The structured invoice %(number)s was attached to this bill."),
    ),
    "same_number": (
        TODO,
        _lt("Another document with this number is here: %(name)s. Keep only one."),
    ),
    "linked_differs": (
        TODO,
        _lt("The structured invoice comes to %(given)s, this bill to %(booked)s."),
    ),
    "failed": (
        TODO,
        _lt("The invoice could not be booked, only its file was kept: %(reason)s"),
    ),
    "lines_changed": (
        TODO,
        _lt("The purchase order has changed the lines: compare with the invoice."),
    ),
}


class Note(NamedTuple):
    """One thing to tell."""

    level: str
    code: str
    text: str


class Notes(list):
    """The notes of one import, in the user's language.

    :ivar env: environment of the user who reads them
    """

    def __init__(self, env):
        super().__init__()
        self.env = env

    def add(self, code, **values):
        """Add the sentence of ``code`` once."""
        level, sentence = SENTENCES[code]
        text = self.env._(sentence)
        note = Note(level, code, text % shown(self.env, values) if values else text)
        if note not in self:
            self.append(note)

    @property
    def todo(self):
        return [note for note in self if note.level == TODO]

    def as_html(self, notes=None):
        """Return the notes as a list for the chatter; texts are escaped."""
        items = (Markup("<li>%s</li>") % note.text for note in notes or self)
        return Markup("<ul>%s</ul>") % Markup().join(items)
