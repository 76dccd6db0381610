"""What FA(3) must know of a sales tax: rate code, procedure, exemption, margin.

Everything has a default taken from the tags of the Polish chart, so that its taxes and
their copies work as they are; a tax that gives no sure answer gets none and is refused
when it is used ("zw" is never a guess).
"""

from odoo import api, fields, models

#: values of P_12 (TStawkaPodatku) and two of ours for rows that carry no P_12.
OSS = "OSS"
MARGIN = "MARZA"
#: rates of rows whose place of supply is another country.
SUPPLIED_OUTSIDE = frozenset({"np I", "np II", OSS})
RATES = [
    ("23", "23%"),
    ("22", "22%"),
    ("8", "8%"),
    ("7", "7%"),
    ("5", "5%"),
    ("4", "4% (taxi lump sum)"),
    ("3", "3% (taxi lump sum)"),
    ("0 KR", "0% - domestic"),
    ("0 WDT", "0% - intra-Community supply of goods (WDT)"),
    ("0 EX", "0% - export of goods"),
    ("zw", "Exempt (zw)"),
    ("oo", "Domestic reverse charge (oo)"),
    ("np I", "Outside Poland (np I)"),
    ("np II", "EU services, art. 100(1)(4) (np II)"),
    (OSS, "OSS - VAT of another EU country"),
    (MARGIN, "Margin scheme"),
]

PROCEDURES = [
    (code, code)
    for code in (
        "WSTO_EE",
        "IED",
        "TT_D",
        "I_42",
        "I_63",
        "B_SPV",
        "B_SPV_DOSTAWA",
        "B_MPV_PROWIZJA",
    )
]

#: tag of the base line -> rate code, first hit wins (order: K_12 before K_11).
TAG_RATES = (
    ("Triangular Sale", "np I"),
    ("K_21", "0 WDT"),
    ("K_22", "0 EX"),
    ("K_31", "oo"),
    ("K_12", "np II"),
    ("OSS", OSS),
    ("K_11", "np I"),
    ("K_10", "zw"),
    ("K_13", "0 KR"),
    ("K_14", "0 KR"),
)
#: tag -> rate codes that its row of the tax return collects, told apart by percentage.
TAG_RATES_BY_PERCENTAGE = (
    ("K_19", {23.0: "23", 22.0: "22"}),
    ("K_17", {8.0: "8", 7.0: "7"}),
    ("K_15", {5.0: "5"}),
)
PERCENTAGE_RATES = {
    23.0: "23",
    22.0: "22",
    8.0: "8",
    7.0: "7",
    5.0: "5",
    4.0: "4",
    3.0: "3",
}
#: rate code -> the only percentage it can have (OSS may have any).
RATE_PERCENTAGES = {
    **{code: percentage for percentage, code in PERCENTAGE_RATES.items()},
    **dict.fromkeys(
        ("0 KR", "0 WDT", "0 EX", "zw", "oo", "np I", "np II", MARGIN), 0.0
    ),
}
TAG_PROCEDURES = (("I_42", "I_42"), ("I_63", "I_63"), ("Triangular Sale", "TT_D"))
#: tags on the base of purchases that the seller's VAT is on.
DOMESTIC_PURCHASE_TAGS = frozenset({"K_40", "K_42"})
#: investment gold is the one exemption of the chart whose basis is certain.
GOLD_BASIS = "art. 122 ust. 1 ustawy"


class AccountTax(models.Model):
    _inherit = "account.tax"

    l10n_pl_ksef_rate = fields.Selection(
        RATES,
        string="KSeF rate",
        compute="_compute_l10n_pl_ksef_rate",
        inverse="_inverse_l10n_pl_ksef_rate",
        store=True,
        readonly=False,
        copy=False,
        help="How rows with this tax are reported in the structured invoice FA(3)."
        " Proposed from the tax grids; set it yourself where they do not tell.",
    )
    # Tags and percentage may change later: only what a person chose stays then.
    l10n_pl_ksef_rate_is_own = fields.Boolean(
        copy=False, export_string_translation=False
    )
    l10n_pl_ksef_procedure = fields.Selection(
        PROCEDURES,
        string="KSeF procedure",
        compute="_compute_l10n_pl_ksef_procedure",
        store=True,
        readonly=False,
        copy=True,
        help="Procedure mark of rows with this tax, when there is one.",
    )
    l10n_pl_ksef_exempt_kind = fields.Selection(
        [
            ("A", "Polish VAT Act or regulation"),
            ("B", "Directive 2006/112/EC"),
            ("C", "Other legal basis"),
        ],
        string="Exempt by",
        default="A",
    )
    l10n_pl_ksef_exempt_basis = fields.Char(
        "Legal basis of the exemption",
        size=256,
        compute="_compute_l10n_pl_ksef_exempt_basis",
        store=True,
        readonly=False,
        copy=True,
        help="The provision that must stand on an exempt invoice, for example"
        " “art. 43 ust. 1 pkt 37 ustawy”.",
    )
    l10n_pl_ksef_margin_kind = fields.Selection(
        [
            ("2", "Travel agencies"),
            ("3_1", "Second-hand goods"),
            ("3_2", "Works of art"),
            ("3_3", "Collectors' items and antiques"),
        ],
        string="Margin scheme for",
    )

    @api.depends(
        "type_tax_use",
        "amount_type",
        "amount",
        "country_id",
        "invoice_repartition_line_ids.tag_ids",
    )
    def _compute_l10n_pl_ksef_rate(self):
        for tax in self:
            if not tax.l10n_pl_ksef_rate_is_own:
                tax.l10n_pl_ksef_rate = tax._l10n_pl_ksef_default_rate()

    def _inverse_l10n_pl_ksef_rate(self):
        for tax in self:
            rate = tax.l10n_pl_ksef_rate
            tax.l10n_pl_ksef_rate_is_own = (
                rate and rate != tax._l10n_pl_ksef_default_rate()
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for tax, vals in zip(self, vals_list, strict=True):
            if tax.l10n_pl_ksef_rate_is_own:
                vals.setdefault("l10n_pl_ksef_rate", tax.l10n_pl_ksef_rate)
        return vals_list

    @api.depends("type_tax_use", "country_id", "invoice_repartition_line_ids.tag_ids")
    def _compute_l10n_pl_ksef_procedure(self):
        for tax in self:
            tags = tax._l10n_pl_ksef_base_tags()
            tax.l10n_pl_ksef_procedure = tax.l10n_pl_ksef_procedure or next(
                (code for tag, code in TAG_PROCEDURES if tag in tags), False
            )

    @api.depends("type_tax_use", "country_id", "invoice_repartition_line_ids.tag_ids")
    def _compute_l10n_pl_ksef_exempt_basis(self):
        for tax in self:
            is_gold = "Gold" in tax._l10n_pl_ksef_base_tags()
            tax.l10n_pl_ksef_exempt_basis = tax.l10n_pl_ksef_exempt_basis or (
                is_gold and GOLD_BASIS
            )

    def _l10n_pl_ksef_default_purchase_rate(self):
        """Return the rate code of an ordinary domestic purchase, or ``False``.

        Needed for self-billed invoices. Taxes that the buyer settles (more tags, more
        than one tax part) and rates of 0 %, which no tag tells apart, have no default.
        """
        parts = self.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "tax"
        )
        if len(parts) != 1 or self._l10n_pl_ksef_tags() - DOMESTIC_PURCHASE_TAGS:
            return False
        return PERCENTAGE_RATES.get(self.amount, False)

    def _l10n_pl_ksef_base_tags(self):
        """Return the names of the tags on sales (empty: not a Polish sale)."""
        self.ensure_one()
        if self.type_tax_use != "sale" or self.country_id.code != "PL":
            return frozenset()
        return self._l10n_pl_ksef_tags()

    def _l10n_pl_ksef_tags(self):
        base = self.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "base"
        )
        return frozenset(base.tag_ids.with_context(lang="en_US").mapped("name"))

    def _l10n_pl_ksef_default_rate(self):
        """Return the rate code that tags or percentage tell for sure, or ``False``."""
        self.ensure_one()
        is_vat = self.amount_type in ("percent", "division")
        if self.country_id.code != "PL" or not is_vat:
            return False
        if self.type_tax_use == "purchase":
            return self._l10n_pl_ksef_default_purchase_rate()
        if self.type_tax_use != "sale":
            return False
        tags = self._l10n_pl_ksef_base_tags()
        for tag, code in TAG_RATES:
            if tag in tags:
                return code
        for tag, by_percentage in TAG_RATES_BY_PERCENTAGE:
            if tag in tags:
                return by_percentage.get(self.amount, False)
        return PERCENTAGE_RATES.get(self.amount, False)
