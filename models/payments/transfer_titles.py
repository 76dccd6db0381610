"""What is written into a transfer so that the KSeF number goes with the money.

From 1 January 2027 a VAT payer who pays another one for structured invoices gives their
KSeF numbers or their collective identifier (art. 108g of the VAT Act); in split payment
it stands where the invoice's number stood (art. 108a (3)). Texts in, texts out.
"""

from datetime import date

#: first day on which the number must be given.
FIRST_DAY = date(2027, 1, 1)
#: characters of a transfer's title in Elixir: four lines of 35.
TITLE_LENGTH = 140
#: fields of the split-payment message, as banks take them.
_INVOICE_LENGTH = 35
_TEXT_LENGTH = 33


def title(numbers, reference=""):
    """Return the title of an ordinary transfer.

    KSeF numbers are never cut off: what does not fit beside them is left out.

    :param numbers: KSeF numbers, or one collective identifier
    :param str reference: the supplier's own number, for people
    """
    given = ", ".join(numbers)
    room = TITLE_LENGTH - len(given) - 1
    rest = _plain(reference)[: max(room, 0)].strip()
    return f"{given} {rest}".strip()


def is_too_long(numbers):
    """Tell whether a bank would cut the title of a transfer off."""
    return len(", ".join(numbers)) > TITLE_LENGTH


def split_message(vat, nip, number, words=""):
    """Return the message of a split-payment transfer.

    :param float vat: of this transfer, in PLN
    :param str nip: the supplier's, ten digits
    :param str number: KSeF number, collective identifier, or the invoice's own number
    :param str words: free text
    """
    amount = f"{vat:.2f}".replace(".", ",")
    message = f"/VAT/{amount}/IDC/{nip}/INV/{_plain(number)[:_INVOICE_LENGTH]}"
    text = _plain(words).replace("/", "-")[:_TEXT_LENGTH].strip()
    return f"{message}/TXT/{text}" if text else message


def _plain(text):
    return " ".join((text or "").split())
