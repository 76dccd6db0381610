"""Facts of taxes, products, units and partners, read once for a whole batch.

A hundred invoices use the same few taxes and products; their facts are plain values
here, so that a row costs no more than the reading of its own journal item.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..common.document_states import NOT_THERE
from .account_tax import MARGIN, OSS
from .fa3_address import address
from .fa3_identity import identify
from .fa3_lines import load
from .fa3_reads import read_ahead
from .fa3_text import cut, quantity, whole

_GTIN = re.compile(r"\d{8}|\d{12,14}")


@dataclass(frozen=True, slots=True, eq=False)
class TaxFacts:
    """A tax as rows and rules see it.

    :ivar rate: KSeF rate, ``None`` when not set
    :ivar percentage: its percentage as a fraction of 100, exact
    :ivar code: P_12, ``None`` for rates that have none
    :ivar foreign_percentage: P_12_XII
    """

    record: Any
    name: str
    rate: str | None
    amount: float
    percentage: Decimal
    is_included: bool
    is_on_payment: bool
    procedure: str | None
    exempt_kind: str
    exempt_basis: str | None
    margin_kind: str | None
    legal_notes: str | None
    code: str | None
    foreign_percentage: Decimal | None


#: stands for the tax of a row that has none or several (rules refuse it).
NO_TAX = TaxFacts(
    record=None,
    name="",
    rate=None,
    amount=0.0,
    percentage=Decimal(0),
    is_included=False,
    is_on_payment=False,
    procedure=None,
    exempt_kind="A",
    exempt_basis=None,
    margin_kind=None,
    legal_notes=None,
    code=None,
    foreign_percentage=None,
)


@dataclass(frozen=True, slots=True, eq=False)
class ProductFacts:
    """The codes and marks of a product; those of no product are empty."""

    record: Any
    index: str | None
    gtin: str | None
    pkwiu: str | None
    cn: str | None
    pkob: str | None
    gtu: str | None
    is_annex15: bool
    is_deposit: bool
    new_transport: str | None

    @property
    def name(self):
        """Name with reference and variant; most rows have a text of their own."""
        return self.record.display_name if self.record else None


#: stands for the product of a row that has none.
NO_PRODUCT = ProductFacts(
    record=None,
    index=None,
    gtin=None,
    pkwiu=None,
    cn=None,
    pkob=None,
    gtu=None,
    is_annex15=False,
    is_deposit=False,
    new_transport=None,
)


class Facts:
    """What was read already for a batch of documents, by record id."""

    def __init__(self):
        self._lines = {}
        self._namesakes = {}
        self._records = {}
        self._taxes = {}
        self._products = {}
        self._units = {}
        self._identities = {}
        self._addresses = {}
        self._databases = {}

    # -- journal items ---------------------------------------------------------
    def lines(self, move):
        """Return the journal items of a move (``fa3_lines.Line``), by position.

        Those of the whole batch are read at once, with their taxes and products.
        """
        if move.id not in self._lines:
            ids = {move.id, *filter(None, move._prefetch_ids)} - self._lines.keys()
            found = load(move.env, sorted(ids))
            self._lines |= found
            self._read_related(move.env, [one for of in found.values() for one in of])
        return self._lines[move.id]

    def _read_related(self, env, lines):
        ids = {line.product_id for line in lines} - {None}
        products = env["product.product"].browse(ids)
        read_ahead(products)
        read_ahead(products.product_tmpl_id)
        for product in products:
            self.product(product)
        units = env["uom.uom"].browse({line.product_uom_id for line in lines} - {None})
        read_ahead(units)
        for unit in units:
            self.unit(unit)
        taxes = {tax_id for line in lines for tax_id in line.tax_ids}
        read_ahead(env["account.tax"].browse(taxes))
        open_ids = [line.id for line in lines if line.display_type == "payment_term"]
        for record in env["account.move.line"].browse(open_ids):
            self._records[record.id] = record

    def record(self, line):
        """Return the record of a receivable item, read together with its like."""
        return self._records[line.id]

    # -- numbers ---------------------------------------------------------------
    def same_number(self, move):
        """Return other invoices of that number which KSeF has, or is about to get.

        Those of the whole batch are looked up at once; whose seller is another one is
        for the caller to tell.
        """
        if move.id not in self._namesakes:
            batch = move.browse({move.id, *filter(None, move._prefetch_ids)})
            self._namesakes |= _namesakes(batch)
        return self._namesakes[move.id]

    # -- what they refer to ----------------------------------------------------
    def taxes(self, env, ids):
        """Return the facts of taxes, groups replaced by their members."""
        found = self._taxes.get(ids)
        if found is None:
            found = self._taxes[ids] = tuple(
                _tax(tax)
                for each in env["account.tax"].browse(ids)
                for tax in (
                    each.children_tax_ids if each.amount_type == "group" else each
                )
            )
        return found

    def product(self, product):
        """Return the facts of a product."""
        found = self._products.get(product.id)
        if found is None:
            found = self._products[product.id] = _product(product)
        return found

    def product_of(self, line):
        return self._products[line.product_id] if line.product_id else NO_PRODUCT

    def unit(self, unit):
        """Return the name of a unit in Polish."""
        if unit.id not in self._units:
            self._units[unit.id] = cut(unit.l10n_pl_ksef_name or unit.name, 256)
        return self._units[unit.id]

    def unit_of(self, line):
        return self._units.get(line.product_uom_id)

    def identity(self, partner):
        if partner.id not in self._identities:
            self._identities[partner.id] = identify(partner)
        return self._identities[partner.id]

    def address(self, partner, default_country=None):
        key = partner.id, default_country
        if key not in self._addresses:
            self._addresses[key] = address(partner, default_country)
        return self._addresses[key]

    def database(self, env):
        """Return eight characters that tell this database from others."""
        name = env.cr.dbname
        if name not in self._databases:
            uuid = env["ir.config_parameter"].sudo().get_param("database.uuid") or ""
            self._databases[name] = uuid.replace("-", "")[:8]
        return self._databases[name]


def _tax(tax):
    rate = tax.l10n_pl_ksef_rate or None
    return TaxFacts(
        record=tax,
        name=tax.name,
        rate=rate,
        amount=tax.amount,
        percentage=Decimal(repr(tax.amount)) / 100,
        is_included=tax.price_include,
        is_on_payment=tax.tax_exigibility == "on_payment",
        procedure=tax.l10n_pl_ksef_procedure or None,
        exempt_kind=tax.l10n_pl_ksef_exempt_kind or "A",
        exempt_basis=cut(tax.l10n_pl_ksef_exempt_basis, 256),
        margin_kind=tax.l10n_pl_ksef_margin_kind or None,
        legal_notes=tax.invoice_legal_notes or None,
        code=None if rate in (OSS, MARGIN) else rate,
        foreign_percentage=quantity(tax.amount) if rate == OSS else None,
    )


def _product(product):
    barcode = product.barcode or ""
    return ProductFacts(
        record=product,
        index=whole(product.default_code, 50),
        gtin=barcode if _GTIN.fullmatch(barcode) else None,
        pkwiu=whole(product.l10n_pl_ksef_pkwiu, 50),
        cn=whole(product.l10n_pl_ksef_cn or _hs_code(product), 50),
        pkob=whole(product.l10n_pl_ksef_pkob, 50),
        gtu=product.l10n_pl_vat_gtu or None,
        is_annex15=product.l10n_pl_ksef_annex15,
        is_deposit=product.l10n_pl_ksef_is_deposit,
        new_transport=product.l10n_pl_ksef_new_transport or None,
    )


def _hs_code(product):
    """Return the code of the customs tariff, which starts with the CN (Inventory)."""
    return "hs_code" in product._fields and product.hs_code


def _namesakes(moves):
    """Return the invoices on their way to KSeF, or there, by id of their namesake."""
    others = moves.search(
        [
            ("name", "in", moves.mapped("name")),
            ("l10n_pl_ksef_state", "not in", (False, *NOT_THERE)),
        ]
    ).grouped("name")
    nobody = moves.browse()
    return {move.id: others.get(move.name, nobody) - move for move in moves}
