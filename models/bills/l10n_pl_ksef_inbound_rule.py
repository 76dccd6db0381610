"""Rules for received invoices: which branch, journal and account, and who looks.

The first rule that fits and says something about a thing decides it; what no rule says
is left to Odoo: the default journal, and the account as it predicts it.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...ksef.fa3 import codes
from .fa3_import_reading import nip
from .inbound_rule_facts import words_of

AUTOMATIC, REVIEW = "automatic", "review"


class InboundRule(models.Model):
    _name = "l10n_pl_ksef.inbound.rule"
    _description = "Rule for invoices received through KSeF"
    _inherit = ["analytic.mixin"]
    _order = "sequence, id"

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        "Received by",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The company whose invoices the rule is for.",
    )

    # -- when ------------------------------------------------------------------
    partner_id = fields.Many2one("res.partner", "Supplier", index="btree_not_null")
    seller_nip = fields.Char(
        "Supplier's NIP",
        compute="_compute_seller_nip",
        store=True,
        readonly=False,
        help="Empty: invoices of every supplier.",
    )
    words = fields.Char(
        "Text in rows or remarks",
        help="One of these texts, separated by semicolons, is in a row, a remark or"
        " the footer: a number plate, a meter, a name. Where rows have it, account, tax"
        " and analytics are those of these rows only.",
    )
    amount_from = fields.Float("Gross from", digits=(16, 2))
    amount_to = fields.Float("Gross up to", digits=(16, 2))
    unit_identifier = fields.Char(
        "Internal id of the unit",
        help="IDWew of a third party (NIP-XXXXX), or the buyer's own id (IDNabywcy).",
    )
    third_role = fields.Selection(
        lambda self: [(str(code), name) for code, name in codes.ROLES.items()],
        "Role of the third party",
    )
    third_nip = fields.Char("NIP of the third party")
    order_words = fields.Char(
        "Order number contains", help="One of these texts, separated by semicolons."
    )

    # -- then ------------------------------------------------------------------
    branch_id = fields.Many2one(
        "res.company",
        "Company or branch",
        help="Where the bill is booked: a branch, or another company with the same"
        " NIP. Empty: the company that received it.",
    )
    booking_company_id = fields.Many2one(
        "res.company",
        compute="_compute_booking_company_id",
        export_string_translation=False,
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'purchase'),"
        " ('company_id', 'parent_of', booking_company_id)]",
    )
    account_id = fields.Many2one(
        "account.account",
        "Expense account",
        domain="[('company_ids', 'parent_of', booking_company_id),"
        " ('account_type', 'not in', ('asset_receivable', 'liability_payable',"
        " 'off_balance'))]",
        help="For rows without a product of yours. Empty: as Odoo predicts it.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        "Purchase tax",
        domain="[('type_tax_use', '=', 'purchase'), ('amount_type', '=', 'percent'),"
        " ('company_id', 'parent_of', booking_company_id)]",
        help="Taken where its rate is the one of the row, for instance for VAT that is"
        " deducted in half.",
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", domain=[("share", "=", False)]
    )
    booking = fields.Selection(
        [(AUTOMATIC, "By itself, as a draft"), (REVIEW, "After review in the inbox")],
        "Bills are made",
        help="Empty: as the company has it.",
    )

    # ------------------------------------------------------------------
    # fields
    # ------------------------------------------------------------------
    @api.depends("partner_id", "words", "unit_identifier", "order_words", "seller_nip")
    def _compute_name(self):
        for rule in self:
            parts = (
                rule.partner_id.name or rule.seller_nip,
                rule.words,
                rule.unit_identifier,
                rule.order_words,
            )
            rule.name = ", ".join(filter(None, parts)) or self.env._("Every invoice")

    @api.depends("partner_id")
    def _compute_seller_nip(self):
        for rule in self:
            vat = rule.partner_id.commercial_partner_id.vat
            rule.seller_nip = nip(vat) or rule.seller_nip

    @api.depends("company_id", "branch_id")
    def _compute_booking_company_id(self):
        for rule in self:
            rule.booking_company_id = rule.branch_id or rule.company_id

    @api.constrains("seller_nip", "third_nip", "partner_id")
    def _check_numbers(self):
        for rule in self:
            given = filter(None, (rule.seller_nip, rule.third_nip))
            if not all(map(nip, given)):
                raise ValidationError(self.env._("A NIP has ten digits."))
            if rule.partner_id and not rule.seller_nip:
                raise ValidationError(
                    self.env._(
                        "The supplier has no NIP: give it on the contact or on the"
                        " rule."
                    )
                )

    @api.constrains("company_id", "branch_id")
    def _check_branch(self):
        for rule in self:
            branch, company = rule.sudo().branch_id, rule.sudo().company_id
            if not branch or company in branch.parent_ids:
                continue
            if not nip(company.vat) or nip(company.vat) != nip(branch.vat):
                raise ValidationError(
                    self.env._(
                        "%(branch)s is neither a branch of %(company)s nor a company"
                        " with its NIP.",
                        branch=branch.name,
                        company=company.name,
                    )
                )

    @api.constrains("journal_id", "account_id", "tax_id", "company_id", "branch_id")
    def _check_books(self):
        for rule in self.sudo():
            line = rule.booking_company_id.parent_ids
            mine = (
                rule.journal_id.company_id <= line
                and rule.tax_id.company_id <= line
                and (not rule.account_id or rule.account_id.company_ids & line)
            )
            if not mine:
                raise ValidationError(
                    self.env._(
                        "Journal, account and tax belong to another company than"
                        " %(company)s.",
                        company=rule.booking_company_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # fitting
    # ------------------------------------------------------------------
    @api.model
    @api.private
    def _fitting(self, company, facts):
        """Return the rules for a document that ``company`` has received, in order.

        :param facts: ``inbound_rule_facts.Facts``
        """
        domain = [
            ("company_id", "parent_of", company.id),
            ("seller_nip", "in", (False, "", facts.seller_nip)),
        ]
        return self.sudo().search(domain).filtered(lambda rule: rule._fits(facts))

    def _fits(self, facts):
        words, orders = words_of(self.words), words_of(self.order_words)
        unit = (self.unit_identifier or "").strip()
        role = int(self.third_role or 0)
        amount = float(facts.amount)
        return all(
            (
                not words or facts.has_words(words),
                not orders or facts.has_order(orders),
                not unit or unit in facts.units,
                not (role or self.third_nip) or facts.has_third(self.third_nip, role),
                not self.amount_from or amount >= self.amount_from - 0.001,
                not self.amount_to or amount <= self.amount_to + 0.001,
            )
        )
