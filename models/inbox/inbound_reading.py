"""What the inbox shows of a received file: due date, form of payment, words of rows.

No records here. What a document does not say is ``False``.
"""

from ...ksef.fa3 import codes
from ..bills.fa3_import_due import date_in_words, given_dates, words_of_file
from ..bills.fa3_import_payment import accounts_of
from ..bills.fa3_import_reading import text

#: characters of text that are kept for the search.
MAX_TEXT = 20_000


def facts(reading):
    """Return values for the inbox's fields, read from a file.

    :param reading: ``Reading`` of it
    """
    payment = reading.fa.Platnosc
    words = words_of_file(reading.invoice)
    dates = given_dates(reading)
    return {
        "payment_form": codes.PAYMENT_FORMS.get(payment.FormaPlatnosci, False)
        if payment
        else False,
        "due_date": dates[0] if dates else date_in_words(reading) or False,
        "content": "\n".join(dict.fromkeys(words))[:MAX_TEXT],
        "supply_date": reading.supplied or False,
        "orders": _orders(reading) or False,
        "account_numbers": " ".join(sorted(filter(None, accounts_of(reading))))
        or False,
    }


def _orders(reading):
    terms = reading.fa.WarunkiTransakcji
    numbers = [text(order.NrZamowienia) for order in terms.Zamowienia] if terms else []
    return ", ".join(dict.fromkeys(filter(None, numbers)))
