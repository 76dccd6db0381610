"""What the inbox shows of a received file: due date, form of payment, words of rows.

No records here. What a document does not say is ``False``.
"""

import re
from datetime import date

from ...ksef.fa3 import codes
from ..bills.fa3_import_payment import accounts_of
from ..bills.fa3_import_reading import day, text

#: characters of text that are kept for the search.
MAX_TEXT = 20_000
#: a due date that a seller has written into a remark or the footer.
_DUE_IN_WORDS = re.compile(
    r"(?:termin\w*|płatn\w*|zapła\w*|due|pay\w*)\D{0,40}"
    r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[./-](\d{1,2})[./-](\d{4}))",
    re.IGNORECASE,
)


def facts(reading):
    """Return values for the inbox's fields, read from a file.

    :param reading: ``Reading`` of it
    """
    invoice = reading.invoice
    payment = reading.fa.Platnosc
    words = _words(invoice, reading)
    return {
        "payment_form": codes.PAYMENT_FORMS.get(payment.FormaPlatnosci, False)
        if payment
        else False,
        "due_date": _due(payment) or _due_in_words(words),
        "content": "\n".join(dict.fromkeys(words))[:MAX_TEXT],
        "supply_date": reading.supplied or False,
        "orders": _orders(reading) or False,
        "account_numbers": " ".join(sorted(filter(None, accounts_of(reading))))
        or False,
    }


def _due(payment):
    """Return the earliest due date that the payment gives, or ``False``."""
    dates = (day(term.Termin) for term in payment.TerminPlatnosci) if payment else ()
    return min(filter(None, dates), default=False)


def _due_in_words(words):
    """Return a due date found in free text, or ``False``."""
    for match in filter(None, map(_DUE_IN_WORDS.search, words)):
        year, month, of_month, day_first, month_second, year_last = match.groups()
        try:
            return date(
                int(year or year_last),
                int(month or month_second),
                int(of_month or day_first),
            )
        except ValueError:
            continue
    return False


def _orders(reading):
    terms = reading.fa.WarunkiTransakcji
    numbers = [text(order.NrZamowienia) for order in terms.Zamowienia] if terms else []
    return ", ".join(dict.fromkeys(filter(None, numbers)))


def _words(invoice, reading):
    """Return the texts that a person may look for: rows, remarks, footer."""
    fa, footer = reading.fa, invoice.Stopka
    found = [text(row.P_7) for row in fa.FaWiersz]
    found += [
        f"{text(fact.Klucz)} {text(fact.Wartosc)}".strip() for fact in fa.DodatkowyOpis
    ]
    if footer:
        found += [text(info.StopkaFaktury) for info in footer.Informacje]
    return [words for words in found if words]
