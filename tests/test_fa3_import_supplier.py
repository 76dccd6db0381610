"""Whose invoice it is: contacts by NIP, their accounts, new contacts."""

from odoo import Command
from odoo.tests import tagged

from ..ksef.fa3 import model
from .fa3_import_common import (
    SELLER_NIP,
    Fa3ImportCommon,
    document,
    row,
    seller,
)

ACCOUNT = "61109010140000071219812874"
OTHER_ACCOUNT = "27114020040000300201355387"


def invoice_of(party=None, payment=None, **fa):
    values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
    return document(
        row(P_7="Usługa", P_11="100", P_12="23"),
        invoice={"Podmiot1": party} if party else None,
        Platnosc=payment,
        **values,
    )


def account(number=ACCOUNT, **values):
    return model.Platnosc(
        RachunekBankowy=(model.TRachunekBankowy(NrRB=number, **values),)
    )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportSupplier(Fa3ImportCommon):
    def test_contact_by_nip_however_it_is_written(self):
        for vat in (f"PL{SELLER_NIP}", SELLER_NIP, "999-999-99-99", "PL 999 999 99 99"):
            with self.subTest(vat=vat):
                partner = self.supplier(vat=False)
                # As older data or an import may have left it.
                self.env.cr.execute(
                    "UPDATE res_partner SET vat = %s WHERE id = %s", [vat, partner.id]
                )
                partner.invalidate_recordset()
                bill = self.bill(invoice_of(P_2=f"FV/{vat}"))
                self.assertEqual(bill.partner_id, partner)
                self.env.cr.execute(
                    "UPDATE res_partner SET vat = NULL WHERE id = %s", [partner.id]
                )
                bill.sudo().unlink()

    def test_head_of_the_firm_before_its_branch(self):
        head = self.supplier()
        self.supplier(name="Oddział", parent_id=head.id, type="other")
        self.assertEqual(self.bill(invoice_of()).partner_id, head)

    def test_name_tells_apart_contacts_with_one_nip(self):
        self.supplier(name="Zupełnie Kto Inny")
        right = self.supplier(name="ABC AGD Spółka z ograniczoną odpowiedzialnością")
        result = self.imported(invoice_of())
        self.assertEqual(result.move.partner_id, right)
        self.assertFalse(result.todo)

    def test_address_tells_apart_contacts_with_one_nip(self):
        self.supplier(name="ABC AGD sp. z o.o.", street="Inna 5", zip="30-001")
        right = self.supplier(street="ul. Kwiatowa 1", zip="00-001")
        self.assertEqual(self.bill(invoice_of()).partner_id, right)

    def test_account_tells_apart_contacts_with_one_nip(self):
        self.supplier()
        right = self.supplier(bank_ids=[Command.create({"acc_number": f"PL{ACCOUNT}"})])
        bill = self.bill(invoice_of(payment=account()))
        self.assertEqual(bill.partner_id, right)

    def test_contacts_that_nothing_tells_apart(self):
        first = self.supplier()
        self.supplier()
        result = self.imported(invoice_of())
        self.assertEqual(result.move.partner_id, first)
        self.assertIn("Several contacts", self.codes(result))

    def test_contact_of_the_company_before_a_shared_one(self):
        self.supplier()
        own = self.supplier(company_id=self.company.id)
        self.assertEqual(self.bill(invoice_of()).partner_id, own)

    def test_new_contact_with_all_that_the_file_says(self):
        party = seller(
            name="Nowa Firma sp. z o.o.",
            DaneKontaktowe=(
                model.DaneKontaktowe(Email="biuro@nowa.example", Telefon="221234567"),
            ),
            NrEORI="PL999999999900000",
        )
        bill = self.bill(invoice_of(party))
        self.assertRecordValues(
            bill.partner_id,
            [
                {
                    "name": "Nowa Firma sp. z o.o.",
                    "vat": f"PL{SELLER_NIP}",
                    "is_company": True,
                    "street": "ul. Kwiatowa 1",
                    "zip": "00-001",
                    "city": "Warszawa",
                    "country_code": "PL",
                    "email": "biuro@nowa.example",
                    "phone": "221234567",
                    "l10n_pl_ksef_eori": "PL999999999900000",
                }
            ],
        )
        self.assertIn("New contact", str(bill.message_ids[0].body))

    def test_address_in_one_line(self):
        party = model.Podmiot1(
            DaneIdentyfikacyjne=model.TPodmiot1(NIP=SELLER_NIP, Nazwa="X"),
            Adres=model.TAdres(KodKraju="PL", AdresL1="ul. Długa 5, 30-001 Kraków"),
        )
        partner = self.bill(invoice_of(party)).partner_id
        self.assertEqual(
            (partner.street, partner.zip, partner.city),
            ("ul. Długa 5", "30-001", "Kraków"),
        )

    def test_foreign_seat_with_a_polish_nip(self):
        party = model.Podmiot1(
            DaneIdentyfikacyjne=model.TPodmiot1(NIP="5260250274", Nazwa="Lux S.à r.l."),
            Adres=model.TAdres(KodKraju="LU", AdresL1="5 Rue Plaetis"),
        )
        partner = self.bill(invoice_of(party)).partner_id
        self.assertEqual(partner.vat, "PL5260250274")
        self.assertEqual(partner.country_code, "LU")

    def test_nip_with_a_wrong_check_digit(self):
        result = self.imported(invoice_of(seller(nip="9999999998")))
        self.assertFalse(result.move.partner_id.vat)
        self.assertEqual(result.move.partner_id.name, "ABC AGD sp. z o.o.")
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("9999999998", self.codes(result))

    def test_archived_contact_is_taken_and_reported(self):
        partner = self.supplier(active=False)
        result = self.imported(invoice_of())
        self.assertEqual(result.move.partner_id, partner)
        self.assertIn("archived", self.codes(result))

    def test_another_name_on_the_invoice_changes_nothing(self):
        partner = self.supplier(name="Stara Nazwa S.A.")
        bill = self.bill(invoice_of())
        self.assertEqual(bill.partner_id, partner)
        self.assertEqual(partner.name, "Stara Nazwa S.A.")
        self.assertIn("ABC AGD", str(bill.message_ids[0].body))

    def test_nobody_issued_it(self):
        result = self.imported(invoice_of(model.Podmiot1()))
        self.assertFalse(result.move.partner_id)
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("does not say who", self.codes(result))

    # -- bank accounts ---------------------------------------------------------------
    def test_known_account(self):
        partner = self.supplier(
            bank_ids=[Command.create({"acc_number": f"PL {ACCOUNT}"})]
        )
        result = self.imported(invoice_of(payment=account()))
        self.assertEqual(result.move.partner_bank_id, partner.sudo().bank_ids)
        self.assertFalse(result.todo)

    def test_unknown_account_is_stored_without_trust(self):
        partner = self.supplier()
        result = self.imported(
            invoice_of(payment=account(f"{ACCOUNT[:2]} {ACCOUNT[2:]}"))
        )
        stored = partner.sudo().bank_ids
        self.assertEqual(stored.sanitized_acc_number, ACCOUNT)
        self.assertFalse(stored.allow_out_payment)
        self.assertEqual(result.move.partner_bank_id, stored)
        self.assertIn("New bank account", self.codes(result))

    def test_account_of_somebody_else(self):
        self.supplier()
        other = self.system["res.partner"].create(
            {
                "name": "Kto Inny",
                "bank_ids": [Command.create({"acc_number": ACCOUNT})],
            }
        )
        result = self.imported(invoice_of(payment=account()))
        self.assertFalse(result.move.partner_bank_id)
        self.assertEqual(len(other.bank_ids), 1)
        self.assertIn("Kto Inny", self.codes(result))

    def test_second_account_of_the_invoice_is_the_known_one(self):
        partner = self.supplier(bank_ids=[Command.create({"acc_number": ACCOUNT})])
        payment = model.Platnosc(
            RachunekBankowy=(
                model.TRachunekBankowy(NrRB=OTHER_ACCOUNT),
                model.TRachunekBankowy(NrRB=ACCOUNT),
            )
        )
        bill = self.bill(invoice_of(payment=payment))
        self.assertEqual(bill.partner_bank_id, partner.sudo().bank_ids)

    def test_account_of_a_factor_is_reported(self):
        payment = model.Platnosc(
            RachunekBankowyFaktora=(model.TRachunekBankowy(NrRB=ACCOUNT),)
        )
        result = self.imported(invoice_of(payment=payment))
        self.assertFalse(result.move.partner_bank_id)
        self.assertIn("factor", self.codes(result))
