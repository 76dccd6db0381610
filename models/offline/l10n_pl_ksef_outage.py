"""Times in which KSeF did not serve, as announced: they decide modes and deadlines."""

from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...ksef import deadlines

UNAVAILABILITY = deadlines.OfflineMode.UNAVAILABILITY.value
FAILURE = deadlines.OfflineMode.FAILURE.value
TOTAL_FAILURE = deadlines.OfflineMode.TOTAL_FAILURE.value

MODES = [
    (UNAVAILABILITY, "Unavailability of KSeF (announced by KSeF)"),
    (FAILURE, "Failure of KSeF (announced by the Minister)"),
    (TOTAL_FAILURE, "Total failure (announced in the mass media)"),
]


class Outage(models.Model):
    _name = "l10n_pl_ksef.outage"
    _description = "Outage of KSeF"
    _order = "start desc, id desc"
    _rec_name = "mode"

    mode = fields.Selection(MODES, required=True, default=UNAVAILABILITY)
    start = fields.Datetime("Announced at", required=True, default=fields.Datetime.now)
    end = fields.Datetime("Ended at", help="Empty while it lasts.")
    note = fields.Char("Where it was announced")

    _one_after_the_other = models.Constraint(
        'CHECK("end" IS NULL OR "end" >= start)',
        "An outage cannot end before it began.",
    )

    @api.constrains("start")
    def _check_start(self):
        now = fields.Datetime.now()
        if any(outage.start > now for outage in self):
            raise ValidationError(
                self.env._("Declare an outage when it was announced, not before.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        outages = super().create(vals_list)
        self._refresh_deadlines()
        return outages

    def write(self, vals):
        result = super().write(vals)
        self._refresh_deadlines()
        if vals.get("end"):
            self.env["l10n_pl_ksef.document"].sudo()._end_pauses()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh_deadlines()
        return result

    def _refresh_deadlines(self):
        """Count the deadlines anew of all that was issued offline and not accepted."""
        self.env["l10n_pl_ksef.document"].sudo()._offline_waiting()._refresh_deadline()

    @api.model
    def _known(self):
        """Return all outages as the calendar of deadlines takes them."""
        return [
            deadlines.Outage(
                deadlines.OfflineMode(outage.mode),
                _aware(outage.start),
                _aware(outage.end) if outage.end else None,
            )
            for outage in self.sudo().search([("state", "=", "confirmed")])
        ]

    @api.model
    def _present(self):
        """Return the gravest outage that lasts now, or an empty recordset."""
        lasting = self.sudo().search([("end", "=", False), ("state", "=", "confirmed")])
        gravity = [mode for mode, _label in MODES]
        return lasting.sorted(lambda outage: gravity.index(outage.mode))[-1:]


class ResCompany(models.Model):
    _inherit = "res.company"

    def _l10n_pl_ksef_hold(self):
        if self.env["l10n_pl_ksef.outage"]._present().mode == TOTAL_FAILURE:
            return self.env._("A total failure of KSeF lasts: nothing is sent.")
        return super()._l10n_pl_ksef_hold()


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
