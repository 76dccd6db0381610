"""Files that people bring: which become bills, which are refused and why."""

import base64

from odoo.tests import tagged

from ..ksef.fa3 import build, codes, parse
from ..ksef.fa3.model import Podmiot2, Podmiot3, TPodmiot2, TPodmiot3
from ..models.bills.fa3_import_job import Books, Receipt
from ..models.bills.fa3_import_upload import PRIORITY
from .fa3_import_common import (
    BUYER_NIP,
    KSEF_NUMBER,
    SELLER_NIP,
    Fa3ImportCommon,
    buyer,
    document,
    row,
    seller,
)

OTHER_NIP = "5260250274"


def invoice_of(**values):
    fa = {"P_13_1": "100", "P_14_1": "23", "P_15": "123"}
    fa.update(values)
    return document(row(P_7="Usługa", P_11="100", P_12="23"), **fa)


def other_buyer(nip=OTHER_NIP):
    return Podmiot2(
        DaneIdentyfikacyjne=TPodmiot2(NIP=nip, Nazwa="Kto Inny"), JST=2, GV=2
    )


def third(role, nip=BUYER_NIP, **values):
    return Podmiot3(
        DaneIdentyfikacyjne=TPodmiot3(NIP=nip, Nazwa="My"), Rola=role, **values
    )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportUpload(Fa3ImportCommon):
    def told(self, move):
        return " ".join(str(body) for body in move.message_ids.mapped("body"))

    def test_file_dragged_into_the_bills(self):
        xml = build(invoice_of())
        bill = self.upload(xml)
        self.assert_totals(bill, 100, 23, 123)
        self.assertTrue(bill.invoice_line_ids.is_imported)
        self.assertFalse(bill.is_manually_modified)
        self.assertEqual(base64.b64decode(bill.l10n_pl_ksef_source), xml)
        self.assertEqual(bill.l10n_pl_ksef_received_kind, "VAT")

    def test_ours_comes_before_other_decoders(self):
        data = self.moves._to_files_data(
            self.env["ir.attachment"].create(
                {
                    "name": "a.xml",
                    "raw": build(invoice_of()),
                    "mimetype": "application/xml",
                }
            )
        )[0]
        self.assertEqual(data["import_file_type"], "ksef.fa3")
        self.assertEqual(self.moves._get_edi_decoder(data)["priority"], PRIORITY)
        self.assertGreater(PRIORITY, 20)

    def test_correction_dragged_into_the_bills_is_a_refund(self):
        refund = self.upload(
            build(
                document(
                    row(P_7="Usługa", P_11="-10", P_12="23"),
                    RodzajFaktury="KOR",
                    P_13_1="-10",
                    P_14_1="-2.30",
                    P_15="-12.30",
                )
            )
        )
        self.assertEqual(refund.move_type, "in_refund")
        self.assert_totals(refund, 10, 2.30, 12.30)

    def test_file_that_came_by_e_mail(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        move = self.moves.with_context(
            from_alias=True,
            default_move_type="in_invoice",
            default_journal_id=journal.id,
        ).create({})
        attachment = self.env["ir.attachment"].create(
            {"name": "f.xml", "raw": build(invoice_of()), "mimetype": "text/xml"}
        )
        move.with_context(from_alias=True).message_post(
            message_type="email", attachment_ids=attachment.ids
        )
        self.assert_totals(move, 100, 23, 123)

    # -- whose invoice it is -------------------------------------------------------
    def test_own_invoice_dropped_on_the_sales(self):
        sale = self.system["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.supplier().id,
                "name": "FV/2026/01/0001",
                "invoice_date": "2026-04-15",
            }
        )
        own = document(
            row(P_7="Usługa", P_11="100", P_12="23"),
            invoice={
                "Podmiot1": seller(nip=BUYER_NIP),
                "Podmiot2": buyer(nip=SELLER_NIP),
            },
            P_2=sale.name,
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        move = self.upload(build(own), move_type="out_invoice")
        self.assertFalse(move.invoice_line_ids)
        self.assertIn("your own invoice", self.told(move))
        self.assertIn(sale.name, self.told(move))

    def test_own_invoice_from_another_program(self):
        own = document(
            invoice={
                "Podmiot1": seller(nip=BUYER_NIP),
                "Podmiot2": buyer(nip=SELLER_NIP),
            },
            P_15="123",
        )
        move = self.upload(build(own))
        self.assertIn("has issued itself", self.told(move))

    def test_purchase_dropped_on_the_sales(self):
        move = self.upload(build(invoice_of()), move_type="out_invoice")
        self.assertFalse(move.invoice_line_ids)
        self.assertIn("vendor bills", self.told(move))

    def self_billed(self):
        return document(
            row(P_7="Usługa", P_11="100", P_12="23"),
            invoice={
                "Podmiot1": seller(nip=BUYER_NIP),
                "Podmiot2": buyer(nip=SELLER_NIP, name="Klient S.A."),
            },
            annotations={"P_17": 1},
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )

    def test_sale_that_the_buyer_has_invoiced(self):
        result = self.imported(self.self_billed(), number=KSEF_NUMBER)
        sale = result.move
        self.assertEqual(sale.move_type, "out_invoice")
        self.assertEqual(sale.partner_id.name, "Klient S.A.")
        self.assertEqual(sale.ref, "FV/2026/77")
        self.assertEqual(sale.invoice_line_ids.tax_ids, self.tax("vs_kraj_23"))
        self.assert_totals(sale, 100, 23, 123)
        self.assertEqual(sale.l10n_pl_ksef_number, KSEF_NUMBER)

    def test_self_billed_sale_dropped_on_the_sales(self):
        sale = self.upload(build(self.self_billed()), move_type="out_invoice")
        self.assert_totals(sale, 100, 23, 123)

    def test_buyer_is_somebody_else(self):
        invoice = document(
            row(P_7="Usługa", P_11="100", P_12="23"),
            invoice={"Podmiot2": other_buyer()},
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        result = self.imported(invoice)
        self.assertIn("not F.H.U. Jan Kowalski", self.codes(result))
        self.assertEqual(self.imported(invoice, number=KSEF_NUMBER).outcome, "refused")

    def test_buyer_is_another_company_of_the_user(self):
        other = self.system["res.company"].create(
            {"name": "Druga Firma", "vat": f"PL{OTHER_NIP}"}
        )
        self.accountant.sudo().company_ids |= other
        move = self.upload(
            build(document(invoice={"Podmiot2": other_buyer()}, P_15="1"))
        )
        self.assertIn("Druga Firma", self.told(move))
        self.assertFalse(move.invoice_line_ids)

    def test_branch_of_the_buyer(self):
        invoice = document(
            row(P_7="Usługa", P_11="100", P_12="23"),
            invoice={"Podmiot2": other_buyer(), "Podmiot3": (third(8),)},
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        bill = self.bill(invoice, number=KSEF_NUMBER)
        self.assert_totals(bill, 100, 23, 123)

    def test_factor_has_nothing_to_book(self):
        invoice = document(
            invoice={"Podmiot2": other_buyer(), "Podmiot3": (third(1),)}, P_15="1"
        )
        result = self.imported(invoice, number=KSEF_NUMBER)
        self.assertEqual(result.outcome, "refused")
        self.assertFalse(result.move)

    def test_additional_buyer_books_its_share(self):
        share = third(4, Udzial=40)
        invoice = document(
            row(P_7="Usługa", P_11="100.01", P_12="23"),
            invoice={"Podmiot2": other_buyer(), "Podmiot3": (share,)},
            P_13_1="100.01",
            P_14_1="23",
            P_15="123.01",
        )
        result = self.imported(invoice, number=KSEF_NUMBER)
        self.assert_totals(result.move, 40, 9.20, 49.20)
        self.assertIn("40", self.codes(result))

    # -- the same invoice again ------------------------------------------------------
    def test_same_ksef_number_is_one_bill(self):
        first = self.bill(invoice_of(), number=KSEF_NUMBER)
        again = self.imported(invoice_of(), number=KSEF_NUMBER)
        self.assertEqual((again.outcome, again.move), ("known", first))

    def test_same_file_dragged_twice(self):
        first = self.upload(build(invoice_of()))
        second = self.upload(build(invoice_of()))
        self.assertFalse(second.invoice_line_ids)
        self.assertIn(first.display_name.split()[0], self.told(second))

    def test_file_brought_by_hand_gets_its_number_later(self):
        xml = build(invoice_of())
        first = self.upload(xml)
        again = self.imported(None, number=KSEF_NUMBER, xml=xml)
        self.assertEqual(again.move, first)
        self.assertEqual(first.l10n_pl_ksef_number, KSEF_NUMBER)

    def by_hand(self, price):
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.supplier().id,
                "ref": "fv/2026/77",
                "invoice_date": "2026-04-15",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Usługa",
                            "price_unit": price,
                            "tax_ids": self.tax("vz_kraj_23").ids,
                        },
                    )
                ],
            }
        )

    def test_bill_entered_by_hand_gets_file_and_number(self):
        bill = self.by_hand(100)
        result = self.imported(invoice_of(), number=KSEF_NUMBER)
        self.assertEqual((result.outcome, result.move), ("linked", bill))
        self.assertEqual(bill.l10n_pl_ksef_number, KSEF_NUMBER)
        self.assertTrue(bill.l10n_pl_ksef_source)
        self.assertEqual(len(bill.invoice_line_ids), 1)
        self.assertFalse(result.todo)

    def test_posted_bill_with_another_total_is_reported(self):
        bill = self.by_hand(90)
        bill.action_post()
        result = self.imported(invoice_of(), number=KSEF_NUMBER)
        self.assertEqual((result.outcome, result.move), ("linked", bill))
        self.assertIn("123", self.codes(result))
        self.assertEqual(bill.amount_total, 110.70)

    def test_another_kind_with_the_same_number_is_another_document(self):
        self.bill(invoice_of(), number=KSEF_NUMBER)
        advance = self.imported(invoice_of(RodzajFaktury="ZAL"))
        self.assertEqual(advance.outcome, "created")

    def test_another_file_with_the_same_number_is_reported(self):
        first = self.bill(invoice_of())
        second = self.imported(
            document(
                row(P_7="Inne", P_11="50", P_12="23"),
                P_13_1="50",
                P_14_1="11.50",
                P_15="61.50",
            )
        )
        self.assertEqual(second.outcome, "created")
        self.assertIn(first.ref, self.codes(second))

    # -- files that are none -----------------------------------------------------------
    def test_future_version(self):
        xml = build(invoice_of()).replace(
            codes.NAMESPACE_FA3.encode(), b"http://crd.gov.pl/wzor/2031/01/01/99999/"
        )
        move = self.upload(xml)
        self.assertFalse(move.invoice_line_ids)
        self.assertIn("not known", self.told(move))
        self.assertTrue(move.activity_ids)

    def test_invoice_of_a_farmer(self):
        xml = build(invoice_of()).replace(b">FA<", b">FA_RR<")
        move = self.upload(xml)
        self.assertFalse(move.invoice_line_ids)
        self.assertIn("FA_RR", self.told(move))

    def test_truncated_file(self):
        move = self.upload(build(invoice_of())[:900])
        self.assertFalse(move.invoice_line_ids)
        self.assertIn("can not be read", self.told(move))

    def test_entities_are_not_resolved(self):
        xml = build(invoice_of())
        start = xml.index(b"<Faktura")
        bomb = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        hostile = (xml[:start] + bomb + xml[start:]).replace(b"Us\xc5\x82uga", b"&e;")
        move = self.upload(hostile)
        self.assertFalse(move.invoice_line_ids)

    def test_unknown_elements_are_reported_and_the_rest_is_booked(self):
        xml = build(invoice_of()).replace(
            b"<FaWiersz>", b"<Nowosc>1</Nowosc><FaWiersz>", 1
        )
        bill = self.upload(xml)
        self.assert_totals(bill, 100, 23, 123)
        self.assertIn("Nowosc", self.told(bill))

    def test_values_that_are_none_do_no_harm(self):
        xml = build(invoice_of()).replace(
            b"<P_1>2026-04-15</P_1>", b"<P_1>wczoraj</P_1>"
        )
        bill = self.upload(xml)
        self.assertFalse(bill.invoice_date)
        self.assert_totals(bill, 100, 23, 123)
        self.assertTrue(bill.activity_ids)

    def test_empty_invoice_never_raises(self):
        xml = f'<Faktura xmlns="{codes.NAMESPACE_FA3}"><Fa/></Faktura>'.encode()
        move = self.upload(xml)
        self.assertFalse(move.invoice_line_ids)
        self.assertTrue(move.activity_ids)

    def test_bill_that_has_lines_is_not_filled_again(self):
        bill = self.by_hand(100)
        attachment = self.env["ir.attachment"].create(
            {"name": "f.xml", "raw": build(invoice_of()), "mimetype": "text/xml"}
        )
        bill._extend_with_attachments(bill._to_files_data(attachment))
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_bill_with_something_to_check_is_not_posted_by_itself(self):
        self.supplier(autopost_bills="always")
        self.company.sudo().autopost_bills = True
        fine = self.upload(build(invoice_of()))
        self.assertEqual(fine.state, "posted")
        odd = self.upload(build(invoice_of(P_2="FV/X", P_15="150")))
        self.assertEqual(odd.state, "draft")

    def test_both_companies_of_a_deal_keep_the_number(self):
        bill = self.bill(invoice_of(), number=KSEF_NUMBER)
        seller_company = self.setup_seller()
        sale = document(
            row(P_7="Usługa", P_11="100", P_12="23"),
            annotations={"P_17": 1},
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        xml = build(sale)
        books = Books(seller_company)
        result = self.moves.with_company(seller_company)._l10n_pl_ksef_import(
            parse(xml), xml, Receipt(KSEF_NUMBER, None), books=books
        )
        self.assertEqual(result.move.move_type, "out_invoice")
        self.assertEqual(result.move.company_id, seller_company)
        numbers = (bill | result.move).mapped("l10n_pl_ksef_number")
        self.assertEqual(numbers, [KSEF_NUMBER, KSEF_NUMBER])

    def setup_seller(self):
        """Return the seller of the documents as a second company of the user."""
        cls = type(self)
        cls.env, users = self.system, self.env
        try:
            company = cls.setup_other_company(
                name="ABC AGD sp. z o.o.", vat=f"PL{SELLER_NIP}"
            )["company"]
        finally:
            cls.env = users
        self.accountant.sudo().company_ids |= company
        return company.with_env(self.env)

    def test_invoice_that_we_have_issued_for_the_seller(self):
        self.by_hand(100).write({"name": "FV/2026/77"})
        result = self.imported(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                annotations={"P_17": 1},
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            ),
            number=KSEF_NUMBER,
        )
        self.assertEqual(result.outcome, "refused")
        self.assertIn("FV/2026/77", result.reason)
