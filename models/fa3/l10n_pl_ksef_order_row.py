"""A row of the order behind an advance invoice, typed where no sales order has it."""

from odoo import api, fields, models


class OrderRow(models.Model):
    _name = "l10n_pl_ksef.order_row"
    _inherit = "l10n_pl_ksef.part"
    _description = "Row of the order behind a KSeF advance invoice"

    product_id = fields.Many2one("product.product")
    name = fields.Char(
        "Description",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit")
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
    )
    price_unit = fields.Float("Unit price", digits="Product Price")
    tax_id = fields.Many2one(
        "account.tax",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type_tax_use', '=', 'sale'),"
        " ('company_id', 'parent_of', company_id)]",
    )
    excise = fields.Monetary("Excise in the price")
    is_before = fields.Boolean(
        "Before the correction",
        help="The row as it was; for a correction of an invoice that is not in Odoo.",
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    net = fields.Monetary(compute="_compute_amounts")
    vat = fields.Monetary("VAT", compute="_compute_amounts")

    @api.depends("product_id")
    def _compute_from_product(self):
        for row in self:
            product = row.product_id
            taxes = product.taxes_id.filtered_domain(
                self.env["account.tax"]._check_company_domain(row.company_id)
            )
            row.name = product.display_name or row.name
            row.product_uom_id = product.uom_id or row.product_uom_id
            row.tax_id = taxes[:1] or row.tax_id

    @api.depends("quantity", "price_unit", "tax_id", "move_id.currency_id")
    def _compute_amounts(self):
        for row in self:
            found = row.tax_id.compute_all(
                row.price_unit,
                currency=row.currency_id or row.env.company.currency_id,
                quantity=row.quantity,
                product=row.product_id,
                partner=row.move_id.partner_id,
            )
            row.net = found["total_excluded"]
            row.vat = found["total_included"] - found["total_excluded"]
