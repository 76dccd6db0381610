"""A collective identifier: one number for the payment of several bills of one seller.

Asked for by a person, made by the scheduler in ``collective_run``. Nobody writes these
rows but named methods. Source: KSeF API 2.7, POST /collective-identifiers; art. 108g of
the VAT Act.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...ksef.identifiers import normalize_nip
from ..common.durable import PAYING, take_turns
from ..common.messages import tell
from .collective_run import CollectiveRun
from .collective_states import LIVE, MADE, QUEUED, STATES, TRANSITIONS


class Collective(models.Model):
    _name = "l10n_pl_ksef.collective"
    _inherit = ["l10n_pl_ksef.one.writer"]
    _description = "Collective payment identifier of KSeF"
    _order = "id desc"
    _rec_name = "number"
    _transitions = TRANSITIONS

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    environment = fields.Char(readonly=True, export_string_translation=False)
    state = fields.Selection(STATES, default=QUEUED, required=True, readonly=True)
    number = fields.Char("Collective identifier", readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Supplier", readonly=True)
    seller_nip = fields.Char("Supplier's NIP", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        "l10n_pl_ksef_collective_move_rel",
        "collective_id",
        "move_id",
        "Bills",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary("To be paid", readonly=True)
    asked_at = fields.Datetime("KSeF was asked", readonly=True)
    made_at = fields.Datetime("Made", readonly=True)
    next_try_at = fields.Datetime("Next attempt", readonly=True)
    attempts = fields.Integer(readonly=True)
    facts = fields.Json(readonly=True, export_string_translation=False)
    message = fields.Text("What went wrong", compute="_compute_message")

    _live_index = models.Index("(company_id) WHERE number IS NULL")

    @api.depends("number")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.number or row.env._("Collective identifier")

    @api.depends("facts")
    @api.depends_context("lang")
    def _compute_message(self):
        for row in self:
            row.message = row.facts and tell(row.env, row.facts)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_asked(self):
        if self.filtered("asked_at"):
            raise UserError(self.env._("Identifiers that KSeF was asked for are kept."))

    # ------------------------------------------------------------------
    # the only writers
    # ------------------------------------------------------------------
    @api.private
    def _ask(self, moves):
        """Queue an identifier for bills; the one that they have already is returned.

        :param moves: fit for it, see ``action_l10n_pl_ksef_collective``
        """
        same = moves.sudo().l10n_pl_ksef_collective_ids.filtered(
            lambda row: row.move_ids == moves and row.state in (*LIVE, MADE)
        )
        if same:
            return same[:1]
        company = moves.company_id
        row = self.sudo().create(
            {
                "company_id": company.id,
                "environment": company.l10n_pl_ksef_environment,
                "partner_id": moves.commercial_partner_id[:1].id,
                "seller_nip": normalize_nip(moves[0].commercial_partner_id.vat or ""),
                "move_ids": [Command.set(moves.ids)],
                "currency_id": moves.currency_id.id,
                "amount": sum(moves.mapped("amount_residual")),
            }
        )
        self.env.ref("l10n_pl_ksef.ir_cron_make_collective").sudo()._trigger()
        return row

    @api.private
    def _tell_bills(self):
        """Tell the bills' histories of the number."""
        for row in self.sudo():
            body = row.env._(
                "Collective payment identifier %(number)s of %(count)s bills.",
                number=row.number,
                count=len(row.move_ids),
            )
            for move in row.move_ids:
                move._message_log(body=body)

    @api.private
    def _due(self, company):
        """Return what KSeF may be asked for now, the oldest first."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.l10n_pl_ksef_environment),
                ("state", "in", LIVE),
                "|",
                ("next_try_at", "=", False),
                ("next_try_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )

    # ------------------------------------------------------------------
    # the cron
    # ------------------------------------------------------------------
    @api.model
    def _cron_make_collective(self):
        """Give each company that waits its turn; KSeF may be down."""
        companies = self.sudo().search([("state", "in", LIVE)]).company_id
        due = companies.filtered(lambda c: c._l10n_pl_ksef_is_active() and self._due(c))
        take_turns(due, lambda company: CollectiveRun(company).run(), PAYING)
