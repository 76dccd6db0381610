"""Asks why documents are given up, and for production whether it is really meant."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class GiveUp(models.TransientModel):
    _name = "l10n_pl_ksef.give_up"
    _description = "Give up documents that get no answer"

    document_ids = fields.Many2many("l10n_pl_ksef.document", readonly=True)
    reason = fields.Char(required=True)
    is_production = fields.Boolean(compute="_compute_is_production")
    has_looked = fields.Boolean(
        "I have looked in KSeF (Aplikacja Podatnika): the invoice is not there"
    )
    typed = fields.Char("Number of the invoice, typed again")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if not values.get("document_ids") and self.env.context.get("active_ids"):
            ids = self.env.context["active_ids"]
            values["document_ids"] = [Command.set(ids)]
        return values

    @api.depends("document_ids")
    def _compute_is_production(self):
        for wizard in self:
            wizard.is_production = any(
                document._sent_to() == "prd" for document in wizard.document_ids
            )

    def action_give_up(self):
        """Give the documents up.

        :raises AccessError: not an administrator of KSeF
        :raises UserError: an answer may still come, or production was not confirmed
        """
        self.ensure_one()
        documents = self.document_ids
        for company in documents.company_id:
            company._l10n_pl_ksef_check_administrator()
        for document in documents:
            if refusal := document._give_up_refusal():
                raise UserError(refusal)
        if self.is_production:
            self._check_confirmed()
        documents._give_up(self.reason)
        return {"type": "ir.actions.act_window_close", "infos": {"done": True}}

    def _check_confirmed(self):
        if len(self.document_ids) > 1:
            raise UserError(
                self.env._("Invoices of production are given up one at a time.")
            )
        number = self.document_ids.move_id.name
        if not self.has_looked or (self.typed or "").strip() != number:
            raise UserError(
                self.env._(
                    "KSeF may have accepted invoice %(name)s. Look for it in KSeF"
                    " (Aplikacja Podatnika), confirm that it is not there, and type its"
                    " number.",
                    name=number,
                )
            )
