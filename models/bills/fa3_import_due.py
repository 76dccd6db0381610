"""When an invoice is to be paid, wherever its seller has written that. No records."""

import re
from datetime import date

from dateutil.relativedelta import relativedelta

from .fa3_import_reading import day, number, text

#: start of the word for a unit of time -> what relativedelta calls it.
_UNITS = (
    (("dni", "dzi", "day"), "days"),
    (("tyg", "week"), "weeks"),
    (("mies", "month"), "months"),
)
#: a period that starts with one of these is counted from the day of issue.
_ISSUE = ("wystaw", "issue", "otrzym", "dor", "receipt")
_MONTHS = (
    *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca"),
    *("sierpnia", "września", "października", "listopada", "grudnia"),
)
#: a due date that a seller has written into a remark, the footer or the attachment.
_IN_WORDS = re.compile(
    r"\b(?:termin\w*|płatn\w*|zapła\w*|due|pay\w*)\b.{0,40}?\b(?:"
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"|(?P<day_2>\d{1,2})[./-](?P<month_2>\d{1,2})[./-](?P<year_2>\d{4})"
    rf"|(?P<day_3>\d{{1,2}})\s+(?P<name>{'|'.join(_MONTHS)})\s+(?P<year_3>\d{{4}})"
    r")\b",
    re.IGNORECASE | re.DOTALL,
)


def given_dates(reading):
    """Return the due dates of the payment, the earliest first; periods are counted."""
    payment = reading.fa.Platnosc
    terms = payment.TerminPlatnosci if payment else ()
    dates = [day(term.Termin) for term in terms]
    if not any(dates):
        dates = [_counted(reading, term) for term in terms]
    return sorted(filter(None, dates))


def date_in_words(reading):
    """Return the due date in the words of a file, or ``None``."""
    for words in words_of_file(reading.invoice):
        for match in _IN_WORDS.finditer(words):
            found = _date_of(match)
            if found:
                return found
    return None


def words_of_file(invoice):
    """Return the texts that people look for: rows, remarks, footer, attachment."""
    fa, footer = invoice.Fa, invoice.Stopka
    found = [text(row.P_7) for row in fa.FaWiersz]
    found += [_pair(fact.Klucz, fact.Wartosc) for fact in fa.DodatkowyOpis]
    if footer:
        found += [text(info.StopkaFaktury) for info in footer.Informacje]
    attachment = invoice.Zalacznik
    for block in attachment.BlokDanych if attachment else ():
        found += [_pair(fact.ZKlucz, fact.ZWartosc) for fact in block.MetaDane]
        found += [text(words) for words in (block.Tekst.Akapit if block.Tekst else ())]
    return [words for words in found if words]


def _pair(key, value):
    return f"{text(key)} {text(value)}".strip()


def _counted(reading, given):
    """Return the date of a due date in words, counted from the day of issue."""
    term = given.TerminOpis
    if term is None or isinstance(term, str) or not reading.issued:
        return None
    count = number(term.Ilosc)
    unit = text(term.Jednostka).casefold()
    event = text(term.ZdarzeniePoczatkowe).casefold()
    name = next((n for starts, n in _UNITS if unit.startswith(starts)), None)
    if name is None or count is None or not 0 <= count <= 1000:
        return None
    if not any(word in event for word in _ISSUE):
        return None
    return reading.issued + relativedelta(**{name: int(count)})


def _date_of(match):
    """Return the date of a match of ``_IN_WORDS``; ``None``: there is no such day."""
    part = match.group
    name = part("name")
    month = _MONTHS.index(name.casefold()) + 1 if name else 0
    try:
        return date(
            int(part("year") or part("year_2") or part("year_3")),
            month or int(part("month") or part("month_2")),
            int(part("day") or part("day_2") or part("day_3")),
        )
    except ValueError:
        return None
