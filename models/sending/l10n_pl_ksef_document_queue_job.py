"""The sender's work as jobs of OCA's ``queue_job``, where that is installed.

One job and one channel per company (``root.l10n_pl_ksef.company_7``), so that a large
company does not hold up the others and the job runner's configuration decides how many
work at once. Without ``queue_job`` the cron does the work itself; in both cases the
company's lock keeps two workers apart.
"""

from odoo import api, models

from ..common.durable import take_turn
from .sending_run import send_for

CHANNEL = "root.l10n_pl_ksef"


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _cron_send_documents(self):
        if "queue.job" not in self.env:
            return super()._cron_send_documents()
        for company in self._companies_with_work():
            self._hand_to_job(company)
        return self._trigger_next()

    @api.private
    def _hand_to_job(self, company):
        """Make the job of ``company``, unless one waits already."""
        self._know_job_function()
        return self.with_delay(
            channel=f"{CHANNEL}.company_{company.id}",
            identity_key=f"l10n_pl_ksef.send.{company.id}",
            description=self.env._("KSeF: %(company)s", company=company.name),
        )._job_send(company.id)

    @api.private
    def _job_send(self, company_id):
        """Give one company its turn at KSeF, then plan the next look."""
        take_turn(self.env["res.company"].browse(company_id).sudo(), send_for)
        self._trigger_next()

    @api.private
    def _know_job_function(self):
        """Tell ``queue_job`` that this job commits, as each step of it must."""
        functions = self.env["queue.job.function"].sudo()
        model = self.env["ir.model"]._get(self._name)
        if functions.search_count(
            [("model_id", "=", model.id), ("method", "=", "_job_send")], limit=1
        ):
            return
        functions.create(
            {"model_id": model.id, "method": "_job_send", "allow_commit": True}
        )
