"""Invoices VAT RR, and invoices in which the company is a third party."""

from dataclasses import replace
from datetime import datetime, timezone

from odoo.tests import tagged

from ..ksef.fa3 import build, model, parse
from ..simulator.state import Authorization, Identifier
from .common import NIP
from .inbox_common import SUPPLIER_NIP, InboxCommon

FORM = ("FA_RR (1)", "1-1E", "FA_RR")
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/"><Naglowek>
<KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza>
<WariantFormularza>1</WariantFormularza>
<DataWytworzeniaFa>{day}T10:00:00Z</DataWytworzeniaFa></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>{farmer}</NIP><Nazwa>Jan Rolnik</Nazwa>
</DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>Wieś 1</AdresL1></Adres>
</Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>{buyer}</NIP><Nazwa>Mleczarnia</Nazwa>
</DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>Miasto 2</AdresL1></Adres>
</Podmiot2>
<FakturaRR><KodWaluty>PLN</KodWaluty><P_4B>{day}</P_4B><P_4C>RR/1</P_4C>
<P_11_1>300.00</P_11_1><P_11_2>{refund}</P_11_2><P_12_1>{gross}</P_12_1>
<P_12_2>słownie</P_12_2><RodzajFaktury>VAT_RR</RodzajFaktury>
<FakturaRRWiersz><NrWierszaFa>1</NrWierszaFa><P_5>Mleko</P_5><P_6A>l</P_6A>
<P_6B>100</P_6B><P_6C>ekstra</P_6C><P_7>2.00</P_7><P_8>200.00</P_8><P_9>{rate}</P_9>
<P_10>{first}</P_10><P_11>{first_gross}</P_11></FakturaRRWiersz>
<FakturaRRWiersz><NrWierszaFa>2</NrWierszaFa><P_5>Jaja</P_5><P_6A>szt</P_6A>
<P_6B>100</P_6B><P_6C>L</P_6C><P_7>1.00</P_7><P_8>100.00</P_8><P_9>{rate}</P_9>
<P_10>{second}</P_10><P_11>{second_gross}</P_11></FakturaRRWiersz>
</FakturaRR></Faktura>"""
SEVEN = {
    "rate": "7",
    "refund": "21.00",
    "gross": "321.00",
    "first": "14.00",
    "first_gross": "214.00",
    "second": "7.00",
    "second_gross": "107.00",
}
OLD_RATE = {
    "rate": "6.5",
    "refund": "19.50",
    "gross": "319.50",
    "first": "13.00",
    "first_gross": "213.00",
    "second": "6.50",
    "second_gross": "106.50",
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxFarmers(InboxCommon):
    def receive(self, amounts, farmer=SUPPLIER_NIP, buyer=NIP):
        """Let the buyer's own program issue a VAT RR; return its row of the inbox."""
        for nip in (farmer, buyer):
            self.simulator.state.authorizations[nip] = Authorization(
                id=nip,
                grantor_nip=farmer,
                authorized=Identifier("Nip", buyer),
                kind="RRInvoicing",
                description="Umowa z rolnikiem",
                start_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
            )
        day = self.simulator.clock.now().date().isoformat()
        xml = FILE.format(farmer=farmer, buyer=buyer, day=day, **amounts).encode()
        self.issue("RR/1", xml=xml, seller_nip=buyer, form=FORM)
        self.fetch()
        (row,) = self.inbox
        return row

    def test_invoice_of_a_farmer_waits_and_is_readable(self):
        row = self.receive(SEVEN)
        self.assertEqual(row.state, "new", row.reason)
        self.assertEqual(row.invoice_number, "RR/1")
        # Nothing that FA has no name for is lost.
        for words in ("Mleko", "Jaja", "Jan Rolnik", "ekstra", "321"):
            self.assertIn(words, row.picture)

    def test_picture_of_a_farmers_invoice_uses_its_own_words(self):
        picture = self.receive(SEVEN).picture
        for words in ("Invoice VAT RR", "Class or quality", "Total in words"):
            self.assertIn(words, picture)
        for words in ("xmlns", "Not part of the structure", "Self-billing"):
            self.assertNotIn(words, picture)

    def test_picture_of_a_farmers_invoice_tells_the_refund_and_no_vat(self):
        picture = self.receive(SEVEN).picture
        for words in ("Rate of the flat-rate refund", "Flat-rate refund of tax"):
            self.assertIn(words, picture)
        for words in ("7% or 8%", ">VAT<"):
            self.assertNotIn(words, picture)

    def test_bill_of_a_farmer_has_its_rows_and_a_to_do(self):
        row = self.receive(SEVEN)
        row.action_create_bill()
        bill = row.move_id
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "in_invoice",
                    "ref": "RR/1",
                    "amount_total": 321,
                    "l10n_pl_ksef_is_farmers": True,
                }
            ],
        )
        self.assertEqual(bill.partner_id.name, "Jan Rolnik")
        self.assertEqual(
            bill.invoice_line_ids.mapped(lambda line: (line.name, line.price_total)),
            [("Mleko", 214), ("Jaja", 107)],
        )
        self.assertIn("VAT_RR", bill.activity_ids.note)

    def test_tax_of_the_flat_rate_refund_is_used_where_there_is_one(self):
        wizards = self.system["l10n_pl_ksef.extra.taxes"]
        company = self.company.with_env(wizards.env)
        wizard = wizards.browse(wizards._open(company)["res_id"])
        wizard.line_ids.filtered(lambda line: line.key == "vz_rr_7").chosen = True
        wizard.action_create()
        row = self.receive(SEVEN)
        row.action_create_bill()
        self.assertRecordValues(
            row.move_id,
            [{"amount_untaxed": 300, "amount_tax": 21, "amount_total": 321}],
        )

    def test_old_rate_is_booked_gross(self):
        row = self.receive(OLD_RATE)
        row.action_create_bill()
        self.assertEqual(row.move_id.amount_total, 319.5)
        self.assertIn("VAT_RR", row.move_id.activity_ids.note)

    def test_file_stays_as_it_came(self):
        row = self.receive(SEVEN)
        row.action_create_bill()
        self.assertEqual(row.move_id.l10n_pl_ksef_source_hash, row.xml_hash)
        self.assertTrue(row.move_id.action_l10n_pl_ksef_preview())


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxThirdParty(InboxCommon):
    def test_consumers_invoice_with_the_company_as_third_party_stays_in_the_inbox(self):
        company = self.company.sudo()
        company.l10n_pl_ksef_booking = "automatic"
        company.l10n_pl_ksef_fetch_third = True
        payer = model.Podmiot3(
            DaneIdentyfikacyjne=model.TPodmiot3(NIP=NIP, Nazwa="Firma Testowa"), Rola=6
        )
        consumer = model.Podmiot2(
            DaneIdentyfikacyjne=model.TPodmiot2(BrakID=True, Nazwa="Jan Kowalski"),
            JST=2,
            GV=2,
        )
        day = self.simulator.clock.now().date()
        invoice = parse(self.document_xml("FV/1", "100.00", day, others=(payer,)))
        xml = build(replace(invoice, Podmiot2=consumer))
        (number,) = self.issue("FV/1", xml=xml)
        self.fetch()
        (row,) = self.inbox
        self.assertEqual((row.ksef_number, row.role), (number, "Subject3"))
        self.assertEqual(row.state, "new")
        self.assertFalse(row.move_id)
        self.assertIn("Papier biurowy", row.picture)
