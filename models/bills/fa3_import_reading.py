"""A received FA(3) or FA(2) as the import reads it.

What is unreadable counts as absent. No records here. Amounts have the sign of the
document; whoever makes a refund of it turns them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from ...ksef import identifiers
from ...ksef.fa3 import codes, farmers, model
from ..fa3.account_tax import MARGIN, OSS
from ..fa3.fa3_row import ZERO, Bucket

#: no amount of an invoice reaches this; a float would not hold it to the grosz.
_TOO_MUCH = Decimal(10) ** 13
CENT = Decimal("0.01")

#: the sums of the document, in its order, and the rates that each collects.
BUCKETS = (
    (Bucket("P_13_1", "P_14_1", "P_14_1W"), ("23", "22")),
    (Bucket("P_13_2", "P_14_2", "P_14_2W"), ("8", "7")),
    (Bucket("P_13_3", "P_14_3", "P_14_3W"), ("5",)),
    (Bucket("P_13_4", "P_14_4", "P_14_4W"), ("4", "3")),
    (Bucket("P_13_5", "P_14_5"), (OSS,)),
    (Bucket("P_13_6_1"), ("0 KR",)),
    (Bucket("P_13_6_2"), ("0 WDT",)),
    (Bucket("P_13_6_3"), ("0 EX",)),
    (Bucket("P_13_7"), ("zw",)),
    (Bucket("P_13_8"), ("np I",)),
    (Bucket("P_13_9"), ("np II",)),
    (Bucket("P_13_10"), ("oo",)),
    (Bucket("P_13_11"), (MARGIN,)),
)
BUCKET_OF = {rate: bucket.base for bucket, rates in BUCKETS for rate in rates}
#: rates with Polish VAT above zero, as percentages.
PERCENTAGES = {rate: Decimal(rate) for _bucket, rates in BUCKETS[:4] for rate in rates}


def number(value):
    """Return a value as ``Decimal``, or ``None`` when it is none that can be booked."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    found = Decimal(value)
    return found if found.is_finite() and abs(found) < _TOO_MUCH else None


def day(value):
    """Return a value as a plain ``date``, or ``None``."""
    if not isinstance(value, date):
        return None
    return date(value.year, value.month, value.day)


def text(value):
    """Return a text without blanks around it; empty when there is none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def nip(value):
    """Return ten digits, or an empty text."""
    found = identifiers.normalize_nip(text(value))
    return found if len(found) == 10 and found.isdigit() else ""


def plain_account(number):
    """Return a bank account as files have it: without blanks and without ``PL``."""
    found = "".join((number or "").upper().split())
    return found.removeprefix("PL") if found[2:].isdigit() else found


def vat_of(net, rate):
    """Return the tax on a net amount, to the grosz, half away from zero."""
    return cents(net * PERCENTAGES.get(rate, ZERO) / 100)


def vat_in(gross, rate):
    """Return the tax contained in a gross amount, to the grosz."""
    percentage = PERCENTAGES.get(rate, ZERO)
    return cents(gross * percentage / (100 + percentage))


def cents(value):
    return value.quantize(CENT, "ROUND_HALF_UP")


@dataclass(frozen=True, slots=True)
class Sum:
    """One bucket of the document: base, tax, tax in PLN (``None``: not given)."""

    rates: tuple
    base: Decimal
    vat: Decimal
    local: Decimal | None


class Reading:
    """What the import asks of an invoice.

    :ivar invoice: ``ksef.fa3.Invoice``
    :ivar fa: its Fa, an empty one when it has none
    """

    def __init__(self, invoice):
        self.invoice = invoice
        self.fa = invoice.Fa or model.Fa()

    # -- what it is ------------------------------------------------------------
    @cached_property
    def kind(self):
        kind = self.fa.RodzajFaktury
        return kind if kind in codes.KINDS else "VAT"

    @property
    def is_correction(self):
        return self.kind in codes.CORRECTION_KINDS

    @property
    def is_advance(self):
        return self.kind == "ZAL"

    @property
    def is_settlement(self):
        return self.kind == "ROZ"

    @cached_property
    def is_refund(self):
        """Whether the seller owes the buyer, or only moves amounts between rates."""
        payable = self.total if self.gross is None else self.gross
        if payable:
            return payable < 0
        return self.is_correction and any(one.base for one in self.sums.values())

    @property
    def sign(self):
        return -1 if self.is_refund else 1

    @cached_property
    def annotations(self):
        return self.fa.Adnotacje or model.Adnotacje()

    @property
    def is_self_billed(self):
        return self.annotations.P_17 == 1

    @property
    def is_farmers(self):
        """Whether it is a VAT RR, which the buyer has issued to a farmer."""
        return farmers.is_farmers(self.invoice)

    @property
    def is_cash_method(self):
        return self.annotations.P_16 == 1

    @property
    def is_split_payment(self):
        return self.annotations.P_18A == 1

    @property
    def is_margin(self):
        return bool(self.annotations.PMarzy and self.annotations.PMarzy.P_PMarzy)

    @property
    def number(self):
        return text(self.fa.P_2)

    @property
    def currency(self):
        return text(self.fa.KodWaluty).upper()

    # -- parties ---------------------------------------------------------------
    @cached_property
    def seller(self):
        return self.invoice.Podmiot1 or model.Podmiot1()

    @cached_property
    def buyer(self):
        return self.invoice.Podmiot2 or model.Podmiot2()

    @cached_property
    def seller_nip(self):
        return nip(identity(self.seller).NIP)

    @cached_property
    def buyer_nip(self):
        return nip(identity(self.buyer).NIP)

    def roles_of(self, wanted):
        """Return the roles (``codes.ROLES``) in which a NIP is a third party."""
        return {
            party.Rola
            for party in self.invoice.Podmiot3
            if wanted and party_nip(party) == wanted
        }

    # -- sums ------------------------------------------------------------------
    @cached_property
    def gross(self):
        """P_15, or ``None`` when it is not given."""
        return number(self.fa.P_15)

    @cached_property
    def sums(self):
        """The buckets that the document gives, by the name of their base."""
        found = {}
        for bucket, rates in BUCKETS:
            base, vat, local = (
                name and number(getattr(self.fa, name)) for name in bucket
            )
            if base is not None or vat:
                found[bucket.base] = Sum(rates, base or ZERO, vat or ZERO, local)
        return found

    @cached_property
    def total(self):
        """What bases and taxes add up to."""
        return sum((one.base + one.vat for one in self.sums.values()), ZERO)

    @cached_property
    def filled(self):
        """The buckets that are not zero."""
        return {name: one for name, one in self.sums.items() if one.base or one.vat}

    # -- dates -----------------------------------------------------------------
    @property
    def issued(self):
        return day(self.fa.P_1)

    @cached_property
    def supplied(self):
        """The day of supply: of the whole, the end of the period, the last row's."""
        period = self.fa.OkresFa
        rows = [day(row.P_6A) for row in self.fa.FaWiersz]
        return (
            day(self.fa.P_6)
            or (period and day(period.P_6_Do))
            or max(filter(None, rows), default=None)
        )


def identity(party):
    """Return the identification of a party, an empty one when it has none."""
    return party.DaneIdentyfikacyjne or model.TPodmiot3()


def party_nip(party):
    """Return the NIP of a third party, also when it is given as a unit of one."""
    found = identity(party)
    return nip(found.NIP) or nip(text(getattr(found, "IDWew", None))[:10])
