"""Taxes that FA(3) and JPK know and the Polish chart does not have: one row each.

A row is a tax of the chart and what is different; so accounts, tax group and tags are
those of the chart wherever they are the same.
"""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

#: tags of purchases -> those of fixed assets.
FIXED_ASSETS = {"K_42": "K_40", "K_43": "K_41"}
#: no tag at all: nothing of it belongs in the records of VAT.
NO_TAGS: dict[str, str] = {"*": ""}


class ExtraTax(NamedTuple):
    """One tax to choose.

    :ivar key: end of its external id
    :ivar source: external id of the tax of the chart that it is made of
    :ivar name: English name; ``polish`` the Polish one
    :ivar purpose: what it is for
    :ivar values: fields that differ
    :ivar tags: name of a tag of the source -> name of the one that it becomes
    :ivar deductible: percentage of the tax that is deducted, the rest is cost
    :ivar on_payment: the tax is due, or deducted, when the invoice is paid
    """

    key: str
    source: str
    name: str
    polish: str
    purpose: Any
    values: dict
    tags: dict = {}
    deductible: int = 100
    on_payment: bool = False


_OLD = _lt("Corrections of invoices from before 2011")
_TAXI = _lt("Lump sum of taxi drivers: no row of JPK_V7 of its own")
_MARGIN = _lt("Margin scheme: on the gross amount, the VAT of the margin apart")
_EXEMPT = _lt("Exempt, with this legal basis on the invoice")
_ASSETS = _lt("Fixed assets: rows K_40 and K_41 of JPK_V7")
_CASH_SALE = _lt("Cash accounting: due when the customer pays")
_CASH_PURCHASE = _lt("Cash accounting (MK): deducted when you pay")


def _margin(kind, name, polish):
    key = f"vs_marza_{kind}"
    values = {"l10n_pl_ksef_rate": "MARZA", "l10n_pl_ksef_margin_kind": kind}
    return ExtraTax(key, "vs_kraj_0", name, polish, _MARGIN, values, NO_TAGS)


def _exempt(key, basis, name):
    values = {"l10n_pl_ksef_exempt_kind": "A", "l10n_pl_ksef_exempt_basis": basis}
    polish = name.replace("Exempt", "Zwolnione")
    return ExtraTax(f"vs_zw_{key}", "vs_kraj_zw", name, polish, _EXEMPT, values)


def _cash(side, rate):
    purpose = _CASH_SALE if side == "s" else _CASH_PURCHASE
    return ExtraTax(
        f"v{side}_kasowa_{rate}",
        f"v{side}_kraj_{rate}",
        f"{rate}% cash accounting",
        f"{rate}% metoda kasowa",
        purpose,
        {},
        on_payment=True,
    )


EXTRA_TAXES = (
    ExtraTax("vs_22", "vs_kraj_23", "22%", "22%", _OLD, {"amount": 22}),
    ExtraTax("vs_7", "vs_kraj_8", "7%", "7%", _OLD, {"amount": 7}),
    ExtraTax("vz_22", "vz_kraj_23", "22%", "22%", _OLD, {"amount": 22}),
    ExtraTax("vz_7", "vz_kraj_8", "7%", "7%", _OLD, {"amount": 7}),
    ExtraTax(
        *("vs_taxi_4", "vs_kraj_5", "4% Taxi", "4% Taksówki", _TAXI),
        {"amount": 4},
        NO_TAGS,
    ),
    ExtraTax(
        *("vs_taxi_3", "vs_kraj_5", "3% Taxi", "3% Taksówki", _TAXI),
        {"amount": 3},
        NO_TAGS,
    ),
    _margin("2", "Margin travel", "Marża biura podróży"),
    _margin("3_1", "Margin second-hand", "Marża towary używane"),
    _margin("3_2", "Margin art", "Marża dzieła sztuki"),
    _margin("3_3", "Margin antiques", "Marża antyki"),
    _exempt("113", "art. 113 ust. 1 ustawy", "0% Exempt art. 113 (1)"),
    _exempt("43_2", "art. 43 ust. 1 pkt 2 ustawy", "0% Exempt art. 43 (1) 2"),
    _exempt("43_10", "art. 43 ust. 1 pkt 10 ustawy", "0% Exempt art. 43 (1) 10"),
    _exempt("43_19", "art. 43 ust. 1 pkt 19 ustawy", "0% Exempt art. 43 (1) 19"),
    _exempt("43_29", "art. 43 ust. 1 pkt 29 ustawy", "0% Exempt art. 43 (1) 29"),
    _exempt("43_36", "art. 43 ust. 1 pkt 36 ustawy", "0% Exempt art. 43 (1) 36"),
    _exempt("43_37", "art. 43 ust. 1 pkt 37 ustawy", "0% Exempt art. 43 (1) 37"),
    _exempt("43_38", "art. 43 ust. 1 pkt 38 ustawy", "0% Exempt art. 43 (1) 38"),
    _exempt(
        "rozp",
        "§ 3 ust. 1 rozporządzenia Ministra Finansów z 20.12.2013",
        "0% Exempt regulation § 3",
    ),
    ExtraTax(
        *("vs_np_tow", "vs_ekspu", "0% Goods outside Poland", "0% Towary poza krajem"),
        _lt("Goods whose place of supply is abroad (np I)"),
        {"tax_scope": "consu"},
    ),
    ExtraTax(
        *("vz_srodki_23", "vz_kraj_23", "23% Fixed assets", "23% Środki trwałe"),
        _ASSETS,
        {},
        FIXED_ASSETS,
    ),
    ExtraTax(
        *("vz_srodki_8", "vz_kraj_8", "8% Fixed assets", "8% Środki trwałe"),
        _ASSETS,
        {},
        FIXED_ASSETS,
    ),
    ExtraTax(
        *("vz_bez_vat", "vz_kraj_0", "0% No VAT", "0% Bez VAT"),
        _lt("Purchases on which nobody settles VAT (np, 0% WDT and EX of the seller)"),
        {"l10n_pl_ksef_rate": "np I"},
        NO_TAGS,
    ),
    ExtraTax(
        *("vz_auta_23", "vz_kraj_23", "23% Cars 50%", "23% Samochody 50%"),
        _lt("Cars of mixed use: half of the VAT is deducted, half is cost"),
        {},
        deductible=50,
    ),
    *(_cash(side, rate) for side in "sz" for rate in ("23", "8", "5")),
    ExtraTax(
        *("vz_rr_7", "vz_kraj_8", "7% Farmers (RR)", "7% Rolnicy ryczałtowi (RR)"),
        _lt("Flat-rate refund to farmers, deducted when it is paid"),
        {"amount": 7},
        on_payment=True,
    ),
)
