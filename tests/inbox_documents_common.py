"""Corrections, advances and settlements that suppliers issue at the simulator."""

from decimal import Decimal

from odoo import Command

from ..ksef import fa3
from ..ksef.deadlines import today_in_warsaw
from ..ksef.fa3 import model
from . import fa3_import_common as common
from .inbox_common import SUPPLIER_NIP, InboxCommon


class InboxDocumentsCommon(InboxCommon):
    """Bills are made of received invoices by themselves."""

    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        self.held_back = {}

    def file(self, number, amounts, **values):
        """Return an FA(3) of one row: net, VAT and gross as texts."""
        net, vat, gross = amounts
        row = common.row(NrWierszaFa=1, P_7="Deska", P_11=net, P_12="23")
        fa = {"P_2": number, "P_13_1": net, "P_14_1": vat, "P_15": gross, **values}
        return fa3.build(
            common.document(
                *([] if values.get("Zamowienie") else [row]),
                invoice={
                    "Podmiot1": common.seller(SUPPLIER_NIP),
                    "Podmiot2": common.buyer(self.company.l10n_pl_ksef_nip),
                },
                P_1=today_in_warsaw(),
                **fa,
            )
        )

    def arrive(self, number, amounts, **values):
        """Let an invoice come through KSeF and the inbox; return its bill."""
        (ksef_number,) = self.issue(number, xml=self.file(number, amounts, **values))
        return self.fetched(ksef_number)

    def fetched(self, ksef_number):
        self.fetch()
        row = self.inbox.filtered(lambda one: one.ksef_number == ksef_number)
        self.assertEqual(row.state, "created", row.reason)
        return row.move_id

    def hold_back(self, number, amounts, **values):
        """Let KSeF number an invoice that it does not show before ``release``.

        :return: its KSeF number
        """
        (ksef_number,) = self.issue(number, xml=self.file(number, amounts, **values))
        accepted = self.simulator.state.accepted
        self.held_back[ksef_number] = accepted.pop(ksef_number)
        return ksef_number

    def release(self, ksef_number):
        """Let KSeF show an invoice that was held back; return its bill."""
        invoice = self.held_back.pop(ksef_number)
        invoice.stored_at = self.simulator.clock.now()
        self.simulator.state.accepted[ksef_number] = invoice
        return self.fetched(ksef_number)

    def prepayments(self):
        """Return an account for what is paid in advance."""
        return self.system["account.account"].create(
            {
                "name": "Zaliczki",
                "code": "301990",
                "account_type": "asset_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )

    def invoice(self, number="FV/1"):
        return self.arrive(number, ("1000.00", "230.00", "1230.00"))

    def correction(self, number, of, **values):
        """Return the correction in minus of numbered invoices.

        :param of: (KSeF number, number) of what is corrected
        """
        corrected = tuple(
            model.DaneFaKorygowanej(
                DataWystFaKorygowanej=today_in_warsaw(),
                NrFaKorygowanej=ref,
                NrKSeF=True,
                NrKSeFFaKorygowanej=ksef_number,
            )
            for ksef_number, ref in of
        )
        return self.arrive(
            number,
            values.pop("amounts", ("-100.00", "-23.00", "-123.00")),
            RodzajFaktury="KOR",
            PrzyczynaKorekty="rabat",
            TypKorekty=2,
            DaneFaKorygowanej=corrected,
            **values,
        )

    def advance(self, number="Z/1", arrive=None):
        ordered = model.ZamowienieWiersz(
            NrWierszaZam=1, P_7Z="Dom", P_11NettoZ=Decimal("1000"), P_12Z="23"
        )
        order = model.Zamowienie(
            WartoscZamowienia=Decimal("1230"), ZamowienieWiersz=(ordered,)
        )
        return (arrive or self.arrive)(
            number,
            ("400.00", "92.00", "492.00"),
            RodzajFaktury="ZAL",
            Zamowienie=order,
        )

    def settlement(self, advance_number):
        return self.arrive(
            "R/1",
            ("600.00", "138.00", "738.00"),
            RodzajFaktury="ROZ",
            FaWiersz=(common.row(NrWierszaFa=1, P_7="Dom", P_11="1000", P_12="23"),),
            FakturaZaliczkowa=(
                model.FakturaZaliczkowa(NrKSeFFaZaliczkowej=advance_number),
            ),
        )
