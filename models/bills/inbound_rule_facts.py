"""What a rule for received invoices looks at. No records here."""

from dataclasses import dataclass
from decimal import Decimal

from .fa3_import_reading import nip, party_nip, text


@dataclass(frozen=True)
class Facts:
    """The places of a document that rules name.

    :ivar amount: gross, without its sign
    :ivar units: internal ids (IDWew) and the buyer's own ids (IDNabywcy)
    :ivar thirds: (NIP, role) of the third parties
    :ivar rows: names of the rows, folded; ``remarks``: other words, folded
    """

    seller_nip: str
    amount: Decimal
    units: frozenset[str]
    thirds: frozenset[tuple[str, int]]
    orders: tuple[str, ...]
    rows: tuple[str, ...]
    remarks: tuple[str, ...]

    @classmethod
    def of(cls, reading):
        """Return the facts of a ``Reading``."""
        invoice, fa = reading.invoice, reading.fa
        thirds = invoice.Podmiot3
        units = {text(getattr(_identity(one), "IDWew", None)) for one in thirds}
        units |= {text(one.IDNabywcy) for one in (*thirds, reading.buyer)}
        terms, footer = fa.WarunkiTransakcji, invoice.Stopka
        remarks = [f"{text(one.Klucz)} {text(one.Wartosc)}" for one in fa.DodatkowyOpis]
        if footer:
            remarks += [text(info.StopkaFaktury) for info in footer.Informacje]
        orders = [text(one.NrZamowienia) for one in terms.Zamowienia] if terms else []
        return cls(
            seller_nip=reading.seller_nip,
            amount=abs(reading.total if reading.gross is None else reading.gross),
            units=frozenset(filter(None, units)),
            thirds=frozenset((party_nip(one), one.Rola or 0) for one in thirds),
            orders=tuple(one.casefold() for one in orders if one),
            rows=tuple(text(row.P_7).casefold() for row in fa.FaWiersz),
            remarks=tuple(one.casefold() for one in remarks),
        )

    def has_words(self, words):
        """Tell whether one of the words is in the rows, the remarks or the footer."""
        return contains((*self.rows, *self.remarks), words)

    def has_order(self, words):
        return contains(self.orders, words)

    def has_third(self, wanted_nip, role):
        """Tell whether a third party has the NIP and the role; either may be empty."""
        wanted_nip = nip(wanted_nip or "")
        return any(
            (not wanted_nip or wanted_nip == one) and (not role or role == its_role)
            for one, its_role in self.thirds
        )


def words_of(value):
    """Return the words of a rule, which are separated by semicolons, folded."""
    return [one for one in map(text, (value or "").casefold().split(";")) if one]


def contains(texts, words):
    return any(word in one for word in words for one in texts)


def _identity(party):
    return party.DaneIdentyfikacyjne
