"""Which tax of the books stands for a KSeF rate on a bill (or a self-billed sale)."""

from functools import cached_property

from .fa3_import_reading import BUCKET_OF, PERCENTAGES

#: rates of supplies whose tax is not ours to settle: lines go without any tax.
FOREIGN_RATES = frozenset({"0 WDT", "0 EX", "np I", "np II"})
#: tag on the base of the one tax by which the buyer settles a domestic supply.
_REVERSE_CHARGE_TAG = "K_31rc"
#: Polish purchase taxes of 0 % that no tag tells apart, by end of their external id.
_ZERO_RATES = {"vz_kraj_0": "0 KR", "vz_kraj_zw": "zw"}
#: ends of external ids of additional taxes (``wizards/extra_tax_table``).
_FARMERS = "_ksef_vz_rr_7"
_WITHOUT_VAT = "ksef_vz_bez_vat"


class Taxes:
    """The taxes of a company that the import may use, read once.

    :ivar use: ``purchase``, or ``sale`` for a self-billed sale
    """

    def __init__(self, company, use="purchase"):
        self.company = company
        self.use = use
        self.env = company.env
        self._used = {}

    @cached_property
    def _by_rate(self):
        taxes = (
            self.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    *self.env["account.tax"]._check_company_domain(self.company),
                    ("type_tax_use", "=", self.use),
                    ("amount_type", "=", "percent"),
                    ("country_id.code", "=", "PL"),
                ]
            )
        )
        xmlids = taxes.get_external_id()
        found = {}
        for tax in taxes:
            xmlid = xmlids[tax.id]
            if xmlid.endswith(_FARMERS):
                continue
            rate = tax.l10n_pl_ksef_rate or _purchase_rate(tax, xmlid)
            if rate and (tax.active or rate == "oo"):
                found[rate] = found.get(rate, taxes.browse()) | tax
        return found

    @cached_property
    def _without_vat(self):
        """The purchase tax that settles nothing, where the company has made it."""
        chart = self.env["account.chart.template"].with_company(self.company)
        found = chart.ref(_WITHOUT_VAT, raise_if_not_found=False)
        return found or self.env["account.tax"]

    @cached_property
    def farmers(self):
        """The tax of the flat-rate refund to farmers, where the company has made it."""
        chart = self.env["account.chart.template"].with_company(self.company)
        found = chart.ref(_FARMERS.lstrip("_"), raise_if_not_found=False)
        is_used = found and found.active and self.use == "purchase"
        return found if is_used else self.env["account.tax"]

    def find(self, rate, partner, product, *, on_payment=False):
        """Return the tax for a rate; empty when the books have none.

        What the product or the supplier had last time comes first, then the company's
        default, then the plain domestic tax.
        """
        taxes = self._by_rate.get(rate, self.env["account.tax"])
        if rate in FOREIGN_RATES and self.use == "purchase":
            own = taxes.filtered(lambda tax: tax.l10n_pl_ksef_rate == rate)[:1]
            return own or self._without_vat
        wanted = "on_payment" if on_payment else "on_invoice"
        taxes = taxes.filtered(lambda tax: tax.tax_exigibility == wanted) or taxes
        own = "supplier_taxes_id" if self.use == "purchase" else "taxes_id"
        chosen = (
            (product[own] & taxes)[:1]
            or self._last_used(partner, taxes)
            or self._best(taxes, product)
        )
        if chosen and not chosen.active:
            chosen.sudo().active = True
        return chosen

    def _last_used(self, partner, taxes):
        if not partner or len(taxes) < 2:
            return taxes.browse()
        key = (partner, taxes)
        if key not in self._used:
            self._used[key] = self._search_last_used(partner, taxes)
        return self._used[key]

    def _search_last_used(self, partner, taxes):
        kinds = {"purchase": "in_", "sale": "out_"}[self.use]
        line = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "=", partner.id),
                ("move_type", "in", [f"{kinds}invoice", f"{kinds}refund"]),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("tax_ids", "in", taxes.ids),
            ],
            order="date desc, id desc",
            limit=1,
        )
        return (line.tax_ids & taxes)[:1]

    def _best(self, taxes, product):
        default = (
            self.company.account_purchase_tax_id
            if self.use == "purchase"
            else self.company.account_sale_tax_id
        )
        scope = "service" if product.type == "service" else "consu"

        def rank(tax):
            return (
                tax.price_include,
                len(_tax_parts(tax)) > 1 and tax.l10n_pl_ksef_rate != "oo",
                bool(product) and tax.tax_scope != scope,
                tax != default,
                bool(tax.tax_scope),
                tax.sequence,
                tax.id,
            )

        return taxes.sorted(rank)[:1]


def _tax_parts(tax):
    return tax.invoice_repartition_line_ids.filtered(
        lambda part: part.repartition_type == "tax"
    )


def _purchase_rate(tax, xmlid):
    """Return the rate that a Polish purchase tax is for, or ``None``."""
    if tax.type_tax_use != "purchase":
        return None
    base = tax.invoice_repartition_line_ids - _tax_parts(tax)
    tags = set(base.tag_ids.with_context(lang="en_US").mapped("name"))
    factor = sum(_tax_parts(tax).mapped("factor_percent"))
    if _REVERSE_CHARGE_TAG in tags:
        return "oo"
    if factor != 100 or tags - {"K_40", "K_42"}:
        return None
    if tax.amount:
        return next((r for r, p in PERCENTAGES.items() if p == tax.amount), None)
    ends = (rate for end, rate in _ZERO_RATES.items() if xmlid.endswith(f"_{end}"))
    return next(ends, None)


def is_taxed(rate):
    """Tell whether a rate is one of Polish VAT above zero."""
    return rate in PERCENTAGES and rate in BUCKET_OF
