"""Purchase invoices at the simulator, and what the inbox makes of them."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command

from ..ksef.fa3 import build
from ..models.inbox import fetching_package
from ..simulator.foreign_issue import issue, open_session
from . import fa3_import_common as fa
from .common import NIP, KsefCommon
from .sending_common import forget_blocks

SUPPLIER_NIP = "9999999999"


class InboxCommon(KsefCommon):
    """A connected company to which suppliers issue invoices in KSeF."""

    connects = True

    def setUp(self):
        super().setUp()
        # The simulator answers at once; a test that waits for nothing waits 0 s.
        self.enterContext(patch.object(fetching_package, "PATIENCE_SECONDS", (0, 0)))

    # ------------------------------------------------------------------
    # at KSeF
    # ------------------------------------------------------------------
    def issue(
        self,
        *numbers,
        net="100.00",
        days_ago=0,
        buyer=NIP,
        xml=None,
        form=None,
        **values,
    ):
        """Let suppliers issue invoices to the company; return their KSeF numbers.

        :param days_ago: how long ago KSeF accepted them
        :param xml: the file itself, instead of one that is written here
        :param form: form code of that file, where it is no FA(3)
        :param values: fields of Fa
        """
        simulator = self.simulator.simulator
        now = simulator.clock.now()
        at = now - timedelta(days=days_ago)
        with simulator.state.lock:
            seller = values.get("seller_nip", SUPPLIER_NIP)
            # Attachments come in packages only, from those who have announced them.
            is_batch = b"<Zalacznik" in (xml or b"")
            kind = "Batch" if is_batch else "Online"
            simulator.state.attachment_consents.setdefault(seller, None)
            forms = {"form_code": form} if form else {}
            session = open_session(simulator, seller, at, kind, **forms)
            found = [
                self._accept(
                    simulator,
                    session,
                    xml or self.document_xml(number, net, at.date(), buyer, **values),
                    at,
                )
                for number in numbers
            ]
            simulator.state.run_due(now + timedelta(seconds=1))
        return found

    @staticmethod
    def document_xml(
        number,
        net,
        day,
        buyer=NIP,
        seller_nip=SUPPLIER_NIP,
        others=(),
        entity=None,
        **values,
    ):
        """Return an FA(3) of one row at 23 %.

        :param others: third parties
        :param entity: authorised entity (PodmiotUpowazniony)
        """
        vat = f"{float(net) * 0.23:.2f}"
        gross = f"{float(net) + float(vat):.2f}"
        line = fa.row(
            P_7="Papier biurowy", P_8A="szt.", P_8B=1, P_9A=net, P_11=net, P_12="23"
        )
        return build(
            fa.document(
                line,
                invoice={
                    "Podmiot1": fa.seller(seller_nip),
                    "Podmiot2": fa.buyer(buyer),
                    "Podmiot3": others,
                    "PodmiotUpowazniony": entity,
                },
                P_1=day,
                P_2=number,
                P_13_1=net,
                P_14_1=vat,
                P_15=gross,
                **values,
            )
        )

    def _accept(self, simulator, session, content, at):
        invoice = issue(simulator, session, content, at)
        self.assertEqual(invoice.status, 200, invoice.details)
        return invoice.ksef_number

    # ------------------------------------------------------------------
    # here
    # ------------------------------------------------------------------
    def fetch(self, company=None):
        """Press the button and let the scheduler work."""
        (company or self.company)._l10n_pl_ksef_fetch_now()
        self.run_fetcher()
        self.run_cron("ir_cron_book_inbound")

    def run_fetcher(self):
        try:
            self.run_cron("ir_cron_fetch_invoices")
        finally:
            # Also after a worker that died.
            self.env.invalidate_all()

    def time_passes(self):
        """Let every pause be over."""
        places = self.system["l10n_pl_ksef.fetch"].sudo().search([])
        places._note(not_before=False, next_run_at=False)
        forget_blocks(self.system)

    def fault(self, kind, path, **options):
        """Make KSeF's next calls of ``path`` go wrong (see ``simulator.faults``)."""
        self.simulator.faults.add(kind, path=path, **options)

    @property
    def inbox(self):
        return self.env["l10n_pl_ksef.inbound"].search([])

    @property
    def place(self):
        return (
            self.system["l10n_pl_ksef.fetch"]
            .sudo()
            .search([("company_id", "=", self.company.id), ("role", "=", "Subject2")])
        )

    def exports(self):
        """Return how many packages were ordered."""
        posts = self.requests("POST", "/invoices/exports")
        return len(posts)

    def bill_by_hand(self, number="FV/1", amount=100, **values):
        """Return a bill of the supplier that a person has entered."""
        supplier = self.env["res.partner"].search([("vat", "=", SUPPLIER_NIP)], limit=1)
        if not supplier:
            supplier = self.system["res.partner"].create(
                {"name": "ABC AGD sp. z o.o.", "vat": SUPPLIER_NIP, "is_company": True}
            )
        tax = self.env["account.chart.template"].ref("vz_kraj_23")
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": supplier.id,
                "ref": number,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Papier",
                            "price_unit": amount,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    def assertInInboxOnce(self, numbers):
        """Each of the KSeF numbers is here once, with its very bytes."""
        self.assertEqual(sorted(self.inbox.mapped("ksef_number")), sorted(numbers))
        for row in self.inbox:
            there = self.simulator.state.accepted[row.ksef_number]
            self.assertEqual(row._kept_bytes("xml"), there.content)
