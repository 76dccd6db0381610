"""Posted invoices on their way to the simulator, and the passing of time."""

from unittest.mock import patch

from odoo import Command

from ..ksef.deadlines import today_in_warsaw
from ..models.sending import sending_run
from .common import KsefCommon


def forget_blocks(env):
    """Let the time be over for which KSeF has refused more requests (429)."""
    for row in env["l10n_pl_ksef.budget"].sudo().search([]):
        row.state = {**(row.state or {"calls": {}}), "blocked": {}}


class SendingCommon(KsefCommon):
    """A connected company; ``send`` does what button and cron do."""

    connects = True

    def setUp(self):
        super().setUp()
        # The simulator answers at once; a test that waits for nothing waits 0 s.
        pauses = patch.object(sending_run, "PATIENCE_SECONDS", (0, 0))
        self.enterContext(pauses)

    def invoice(self, company=None, **values):
        """Return a posted invoice of 200.00 PLN net at 23 %."""
        company = company or self.company
        tax = self.env["account.chart.template"].with_company(company)
        both = (company | self.company).ids
        move = (
            self.env["account.move"]
            .with_context(allowed_company_ids=both)
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": self.partner_company.id,
                    # Polish time decides whether it is late.
                    "invoice_date": today_in_warsaw(),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Usługa",
                                "quantity": 2,
                                "price_unit": 100,
                                "tax_ids": [Command.set(tax.ref("vs_kraj_usl_23").ids)],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    def invoices(self, count, **values):
        moves = self.env["account.move"]
        for _number in range(count):
            moves |= self.invoice(**values)
        return moves

    def send(self, moves):
        """Press the button and let the cron run."""
        moves.action_l10n_pl_ksef_send()
        self.run_sender()

    def run_sender(self):
        self.run_cron("ir_cron_send_documents")
        self.run_jobs()

    def run_jobs(self):
        """Do what the cron left to OCA's ``queue_job``, where that is installed."""
        if "queue.job" not in self.env:
            return
        from odoo.addons.queue_job.job import Job

        waiting = [
            ("model_name", "=", "l10n_pl_ksef.document"),
            ("state", "=", "pending"),
        ]
        for row in self.system["queue.job"].sudo().search(waiting):
            with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
                env = self.system(cr=cr, su=True)
                job = Job.load(env, row.uuid)
                job.perform()
                job.set_done()
                job.store()

    def time_passes(self):
        """Let every pause be over."""
        for model, name in (
            ("l10n_pl_ksef.document", "next_try_at"),
            ("l10n_pl_ksef.session", "next_check_at"),
        ):
            self.system[model].sudo().search([])._note(**{name: False})
        forget_blocks(self.system)

    def fault(self, kind, path, **options):
        """Make KSeF's next calls of ``path`` go wrong (see ``simulator.faults``)."""
        self.simulator.faults.add(kind, path=path, **options)

    # ------------------------------------------------------------------
    # what KSeF has
    # ------------------------------------------------------------------
    def sent(self):
        """Return how often an invoice was posted to KSeF."""
        posts = self.requests("POST", "/invoices")
        return len([entry for entry in posts if "/sessions/online/" in entry.path])

    def accepted_there(self):
        """Return the numbers (P_2) that KSeF has, each as often as it has it."""
        return sorted(
            invoice.content.split(b"<P_2>")[1].split(b"</P_2>")[0].decode()
            for invoice in self.simulator.state.accepted.values()
        )

    def assertInKsefOnce(self, moves):
        """Each move is in KSeF once, and known here with the number it has there."""
        self.assertEqual(self.accepted_there(), sorted(moves.mapped("name")))
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertEqual(
            set(moves.mapped("l10n_pl_ksef_number")), set(self.simulator.state.accepted)
        )
