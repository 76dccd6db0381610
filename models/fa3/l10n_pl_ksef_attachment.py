"""The structured attachment of an invoice: blocks of facts, paragraphs and tables."""

from odoo import api, fields, models


class Entry(models.Model):
    _name = "l10n_pl_ksef.entry"
    _description = "Key and value on a KSeF invoice"
    _order = "sequence, id"
    _rec_name = "key"

    sequence = fields.Integer(default=10, export_string_translation=False)
    move_id = fields.Many2one("account.move", index=True, ondelete="cascade")
    block_id = fields.Many2one(
        "l10n_pl_ksef.attachment_block", index=True, ondelete="cascade"
    )
    table_id = fields.Many2one(
        "l10n_pl_ksef.attachment_table", index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True
    )
    key = fields.Char(size=256, required=True)
    value = fields.Char(required=True)

    @api.depends("move_id.company_id", "block_id.company_id", "table_id.company_id")
    def _compute_company_id(self):
        for entry in self:
            owner = entry.move_id or entry.block_id or entry.table_id
            entry.company_id = owner.company_id


class AttachmentBlock(models.Model):
    _name = "l10n_pl_ksef.attachment_block"
    _inherit = "l10n_pl_ksef.part"
    _description = "Block of the attachment of a KSeF invoice"
    _rec_name = "title"

    title = fields.Char(size=512)
    entry_ids = fields.One2many(
        "l10n_pl_ksef.entry",
        "block_id",
        "Facts",
        copy=True,
        help="What the block is about, for example “Meter: 4711”. At least one.",
    )
    paragraphs = fields.Text(help="Every line is a paragraph; there may be ten.")
    table_ids = fields.One2many(
        "l10n_pl_ksef.attachment_table", "block_id", "Tables", copy=True
    )


class AttachmentTable(models.Model):
    _name = "l10n_pl_ksef.attachment_table"
    _description = "Table in the attachment of a KSeF invoice"
    _order = "block_id, sequence, id"
    _rec_name = "description"

    sequence = fields.Integer(default=10, export_string_translation=False)
    block_id = fields.Many2one(
        "l10n_pl_ksef.attachment_block", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="block_id.company_id", store=True)
    description = fields.Char(size=512)
    content = fields.Text(
        required=True,
        help="Paste it from a spreadsheet: the first line has the titles of the"
        " columns, cells are separated by tabs or semicolons.",
    )
    has_totals = fields.Boolean("Last line is a total")
    entry_ids = fields.One2many("l10n_pl_ksef.entry", "table_id", "Facts", copy=True)
