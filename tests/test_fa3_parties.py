"""Seller, buyer and third parties: identification, addresses, roles."""

from odoo import Command
from odoo.tests import tagged

from .fa3_common import BUYER_NIP, Fa3Common

#: NIP with a right check digit, of nobody in these tests.
SCHOOL_NIP = "5265877635"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Parties(Fa3Common):
    def unchecked(self, partner, vat):
        """Give a partner a number that Odoo itself would refuse."""
        partner.with_context(no_vat_validation=True).vat = vat
        return partner

    def third_party(self, role, partner, **values):
        return Command.create({"role": role, "partner_id": partner.id, **values})

    # -- numbers ---------------------------------------------------------------
    def test_e62_polish_numbers_in_any_spelling(self):
        move = self.sale(100)
        for vat in ("PL 856-734-62-15", "8567346215", "PL8567346215", "856-734-62-15"):
            self.unchecked(self.buyer, vat)
            invoice = self.export(move, "e62_polish_buyer")
            identity = invoice.Podmiot2.DaneIdentyfikacyjne
            self.assert_fields(identity, NIP=BUYER_NIP, KodUE=None, NrID=None)

    def test_polish_number_of_a_firm_seated_abroad(self):
        self.buyer.country_id = self.env.ref("base.lu")
        self.buyer.vat = f"PL{BUYER_NIP}"
        invoice = self.export(self.sale(100))
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, NIP=BUYER_NIP, KodUE=None
        )
        self.assertEqual(invoice.Podmiot2.Adres.KodKraju, "LU")

    def test_e63_company_without_number_is_refused(self):
        move = self.sale(100)
        for vat in (False, "/"):
            self.buyer.vat = vat
            self.assertEqual(self.refuse(move), ["buyer_without_nip"])

    def test_e63_company_without_number_by_intent(self):
        self.buyer.write({"vat": False, "l10n_pl_ksef_no_tax_id": True})
        identity = self.export(self.sale(100)).Podmiot2.DaneIdentyfikacyjne
        self.assertTrue(identity.BrakID)

    def test_e63_private_buyer(self):
        buyer = self.new_partner(
            "Jan Kowalski", is_company=False, email="jan@kowalski.example"
        )
        invoice = self.export(self.sale(100, partner_id=buyer.id), "e63_private_buyer")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, BrakID=True, Nazwa="Jan Kowalski"
        )
        self.assertEqual(invoice.Podmiot2.DaneKontaktowe, ())

    def test_contact_data_of_private_buyers_by_setting(self):
        self.company.l10n_pl_ksef_consumer_contact = True
        buyer = self.new_partner(
            "Jan Kowalski", is_company=False, email="jan@kowalski.example"
        )
        (contact,) = self.export(
            self.sale(100, partner_id=buyer.id)
        ).Podmiot2.DaneKontaktowe
        self.assertEqual(contact.Email, "jan@kowalski.example")

    def test_e64_wrong_check_digit_is_refused(self):
        self.unchecked(self.buyer, "PL8567346216")
        move = self.sale(100)
        (problem,) = self.prepare(move).problems
        self.assertEqual(problem.code, "buyer_nip")
        self.assertIn("8567346216", problem.message)
        self.assertEqual(
            (problem.model, problem.res_id), ("res.partner", self.buyer.id)
        )

    def test_seller_without_number_is_refused(self):
        self.unchecked(self.company.partner_id, "PL5260250275")
        (problem,) = self.prepare(self.sale(100)).problems
        self.assertEqual(problem.code, "seller_nip")
        self.assertEqual(problem.res_id, self.company.partner_id.id)

    def test_seller_as_buyer_is_warned_of(self):
        self.buyer.vat = self.company.vat
        self.export(self.sale(100), warnings=["buyer_is_seller"])

    def test_firm_overseas_keeps_its_number_as_registered(self):
        buyer = self.new_partner(
            "Käufer AG",
            vat="CHE-116.281.710 MWST",
            country_id=self.env.ref("base.ch").id,
        )
        move = self.sale(self.row(10, "vs_ekspu"), partner_id=buyer.id)
        identity = self.export(move).Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(identity, KodKraju="CH", KodUE=None)
        self.assertEqual(identity.NrID, buyer.vat)

    # -- addresses -------------------------------------------------------------
    def test_e65_address_without_street(self):
        self.buyer.write({"street": False, "zip": "00-950", "city": "Warszawa"})
        address = self.export(
            self.sale(100), "e65_address_without_street"
        ).Podmiot2.Adres
        self.assert_fields(address, AdresL1="00-950 Warszawa", AdresL2=None)

    def test_e65_polish_number_without_country(self):
        self.buyer.country_id = False
        self.assertEqual(self.export(self.sale(100)).Podmiot2.Adres.KodKraju, "PL")

    def test_buyer_without_country_is_refused(self):
        buyer = self.new_partner("Unknown", country_id=False, is_company=False)
        move = self.sale(100, partner_id=buyer.id)
        self.assertEqual(self.refuse(move), ["buyer_country"])

    def test_buyer_without_address_is_refused(self):
        self.buyer.write({"street": False, "zip": False, "city": False})
        self.assertEqual(self.refuse(self.sale(100)), ["buyer_address"])

    def test_second_line_of_the_street_appears_once(self):
        self.buyer.street2 = "III piętro"
        address = self.export(self.sale(100)).Podmiot2.Adres
        self.assert_fields(
            address, AdresL1="ul. Polna 1, III piętro", AdresL2="30-002 Kraków"
        )

    def test_address_of_the_invoice_contact(self):
        contact = self.new_partner(
            "Księgowość",
            parent_id=self.buyer.id,
            type="invoice",
            street="ul. Pocztowa 9",
            is_company=False,
        )
        invoice = self.export(
            self.sale(100, partner_id=contact.id), "address_of_the_invoice_contact"
        )
        self.assertEqual(invoice.Podmiot2.Adres.AdresL1, "ul. Polna 1")
        self.assertEqual(invoice.Podmiot2.AdresKoresp.AdresL1, "ul. Pocztowa 9")
        self.assertEqual(invoice.Podmiot3, ())

    def test_e66_long_name_of_the_buyer_is_cut(self):
        self.buyer.name = "Spółka " * 100
        name = self.export(self.sale(100)).Podmiot2.DaneIdentyfikacyjne.Nazwa
        self.assertLessEqual(len(name), 512)
        self.assertTrue(name.startswith("Spółka Spółka"))

    def test_e68_contact_data(self):
        self.buyer.write(
            {
                "phone": "+48 22 123 45 67 wewn. 890 lub 891",
                "email": "a@nabywca.example, b@nabywca.example",
                "ref": "K-77",
            }
        )
        buyer = self.export(self.sale(100), "e68_contact_data").Podmiot2
        (contact,) = buyer.DaneKontaktowe
        self.assert_fields(contact, Email="a@nabywca.example", Telefon=None)
        self.assertEqual(buyer.NrKlienta, "K-77")

    def test_phone_without_email(self):
        self.buyer.write({"email": False, "phone": "+48 600-100-200"})
        (contact,) = self.export(self.sale(100)).Podmiot2.DaneKontaktowe
        self.assert_fields(contact, Email=None, Telefon="+48600100200")

    def test_seller_marks(self):
        self.company.write({"l10n_pl_ksef_taxpayer_status": "2"})
        self.company.partner_id.l10n_pl_ksef_eori = "PL526025027400000"
        seller = self.export(self.sale(100)).Podmiot1
        self.assert_fields(seller, StatusInfoPodatnika=2, NrEORI="PL526025027400000")

    # -- third parties ---------------------------------------------------------
    def test_e69_branch_of_the_buyer_gets_the_goods(self):
        branch = self.new_partner(
            "Oddział Gdańsk",
            parent_id=self.buyer.id,
            type="delivery",
            street="ul. Długa 5",
            zip="80-001",
            city="Gdańsk",
            is_company=False,
        )
        move = self.sale(100, partner_shipping_id=branch.id)
        (party,) = self.export(move, "e69_branch_of_the_buyer").Podmiot3
        self.assert_fields(party, Rola=2, RolaInna=None)
        self.assert_fields(
            party.DaneIdentyfikacyjne, BrakID=True, Nazwa="Oddział Gdańsk"
        )
        self.assertEqual(party.Adres.AdresL1, "ul. Długa 5")

    def test_branch_with_an_internal_identifier(self):
        branch = self.new_partner(
            "Oddział Gdańsk",
            parent_id=self.buyer.id,
            type="delivery",
            street="ul. Długa 5",
            is_company=False,
            l10n_pl_ksef_internal_id=f"{BUYER_NIP}-00014",
        )
        move = self.sale(100, partner_shipping_id=branch.id)
        (party,) = self.export(move).Podmiot3
        self.assert_fields(
            party.DaneIdentyfikacyjne, IDWew=f"{BUYER_NIP}-00014", BrakID=None
        )

    def test_another_firm_gets_the_goods(self):
        receiver = self.new_partner("Magazyn sp. z o.o.", vat=f"PL{SCHOOL_NIP}")
        move = self.sale(100, partner_shipping_id=receiver.id)
        (party,) = self.export(move, "another_firm_gets_the_goods").Podmiot3
        self.assert_fields(party, Rola=None, RolaInna=True, OpisRoli="Odbiorca towaru")
        self.assertEqual(party.DaneIdentyfikacyjne.NIP, SCHOOL_NIP)

    def test_other_address_of_a_private_buyer_is_no_party(self):
        buyer = self.new_partner("Jan Kowalski", is_company=False)
        work = self.new_partner(
            "Praca",
            parent_id=buyer.id,
            type="delivery",
            street="ul. Inna 1",
            is_company=False,
        )
        move = self.sale(100, partner_id=buyer.id, partner_shipping_id=work.id)
        self.assertEqual(self.export(move).Podmiot3, ())

    def test_e70_commune_buys_for_a_school(self):
        self.buyer.l10n_pl_ksef_jst = True
        school = self.new_partner("Szkoła Podstawowa nr 1", vat=f"PL{SCHOOL_NIP}")
        move = self.sale(100, l10n_pl_ksef_party_ids=[self.third_party("8", school)])
        invoice = self.export(move, "e70_commune")
        self.assertEqual(invoice.Podmiot2.JST, 1)
        (party,) = invoice.Podmiot3
        self.assertEqual(party.Rola, 8)
        self.assertEqual(party.DaneIdentyfikacyjne.NIP, SCHOOL_NIP)

    def test_e70_commune_without_its_unit_is_refused(self):
        self.buyer.l10n_pl_ksef_jst = True
        self.assertEqual(self.refuse(self.sale(100)), ["unit_missing"])

    def unit_of_the_buyer(self):
        return self.new_partner(
            "Filia nr 2",
            parent_id=self.buyer.id,
            type="delivery",
            is_company=False,
            street="ul. Szkolna 2",
            l10n_pl_ksef_internal_id=f"{BUYER_NIP}-00019",
        )

    def test_e70_delivery_address_of_the_commune_is_its_unit(self):
        self.buyer.l10n_pl_ksef_jst = True
        move = self.sale(100, partner_shipping_id=self.unit_of_the_buyer().id)
        (party,) = self.export(move, "e70_unit_by_delivery").Podmiot3
        self.assertEqual(party.Rola, 8)
        self.assertEqual(party.DaneIdentyfikacyjne.IDWew, f"{BUYER_NIP}-00019")

    def test_e71_delivery_address_of_the_group_is_its_member(self):
        self.buyer.l10n_pl_ksef_gv = True
        move = self.sale(100, partner_shipping_id=self.unit_of_the_buyer().id)
        (party,) = self.export(move).Podmiot3
        self.assertEqual(party.Rola, 10)

    def test_number_of_a_foreign_buyer_that_is_too_long_is_not_cut(self):
        buyer = self.new_partner(
            "Buyer Inc.", country_id=self.env.ref("base.us").id, vat=False
        )
        self.unchecked(buyer, "9" * 51)
        move = self.sale(self.row(100, "vs_ekspu"), partner_id=buyer.id)
        (problem,) = self.prepare(move).problems
        self.assertIn("NrID", problem.message)
        self.assertEqual(problem.res_id, buyer.id)

    def test_e71_member_of_a_vat_group(self):
        self.buyer.l10n_pl_ksef_gv = True
        member = self.new_partner("Członek GV sp. z o.o.", vat=f"PL{SCHOOL_NIP}")
        move = self.sale(100, l10n_pl_ksef_party_ids=[self.third_party("10", member)])
        invoice = self.export(move, "e71_vat_group")
        self.assertEqual(invoice.Podmiot2.GV, 1)
        self.assertEqual(invoice.Podmiot3[0].Rola, 10)

    def test_e73_employee_and_additional_buyer(self):
        worker = self.new_partner("Anna Nowak", is_company=False)
        partner = self.new_partner("Wspólnik s.c.", vat=f"PL{SCHOOL_NIP}")
        move = self.sale(
            100,
            l10n_pl_ksef_party_ids=[
                self.third_party("11", worker),
                self.third_party("4", partner, share=40, customer_number="W-1"),
            ],
        )
        employee, second = self.export(
            move, "e73_employee_and_additional_buyer"
        ).Podmiot3
        self.assert_fields(employee, Rola=11, Udzial=None)
        self.assertTrue(employee.DaneIdentyfikacyjne.BrakID)
        self.assert_fields(second, Rola=4, Udzial="40", NrKlienta="W-1")

    def test_third_party_is_reached_at_its_own_addresses(self):
        payer = self.new_partner(
            "Płatnik S.A.", vat=f"PL{SCHOOL_NIP}", email="ap@platnik.example"
        )
        self.new_partner(
            "Kancelaria",
            parent_id=payer.id,
            type="invoice",
            is_company=False,
            street="ul. Pocztowa 5",
        )
        move = self.sale(100, l10n_pl_ksef_party_ids=[self.third_party("6", payer)])
        (party,) = self.export(move, "third_party_with_addresses").Podmiot3
        self.assertEqual(party.Adres.AdresL1, "ul. Polna 1")
        self.assertEqual(party.AdresKoresp.AdresL1, "ul. Pocztowa 5")
        (contact,) = party.DaneKontaktowe
        self.assertEqual(contact.Email, "ap@platnik.example")

    def test_contact_data_of_an_employee_by_setting(self):
        worker = self.new_partner(
            "Anna Nowak", is_company=False, email="anna@nowak.example"
        )
        move = self.sale(100, l10n_pl_ksef_party_ids=[self.third_party("11", worker)])
        (employee,) = self.export(move).Podmiot3
        self.assertEqual(employee.DaneKontaktowe, ())
        self.company.l10n_pl_ksef_consumer_contact = True
        (employee,) = self.export(move).Podmiot3
        self.assertEqual(employee.DaneKontaktowe[0].Email, "anna@nowak.example")

    def test_role_in_words(self):
        agent = self.new_partner("Pośrednik", vat=f"PL{SCHOOL_NIP}")
        party = self.third_party("other", agent, role_other="Pośrednik sprzedaży")
        move = self.sale(100, l10n_pl_ksef_party_ids=[party])
        (found,) = self.export(move).Podmiot3
        self.assert_fields(found, RolaInna=True, OpisRoli="Pośrednik sprzedaży")

    def test_role_without_words_is_refused(self):
        agent = self.new_partner("Pośrednik", vat=f"PL{SCHOOL_NIP}")
        party = self.third_party("other", agent)
        move = self.sale(100, l10n_pl_ksef_party_ids=[party])
        self.assertEqual(self.refuse(move), ["role_without_words"])

    def test_wrong_number_of_a_third_party_is_refused(self):
        unit = self.new_partner(
            "Jednostka", l10n_pl_ksef_internal_id=f"{BUYER_NIP}-00015"
        )
        move = self.sale(100, l10n_pl_ksef_party_ids=[self.third_party("8", unit)])
        self.assertEqual(self.refuse(move), ["party_number"])

    # -- companies -------------------------------------------------------------
    def test_e130_seller_is_the_company_of_the_invoice(self):
        move = self.sale(100)
        other = self.setup_other_company(name="Druga sp. z o.o.")["company"]
        self.accountant.write(
            {"company_ids": [Command.link(other.id)], "company_id": other.id}
        )
        move = move.with_user(self.accountant).with_context(
            allowed_company_ids=(other + self.company).ids
        )
        xml = move.with_company(other)._l10n_pl_ksef_prepare()[move].xml
        self.assertIn("Zakład Wzorcowy sp. z o.o.".encode(), xml)
        self.assert_golden(xml, "e130_seller")
        self.assertNotIn(b"Druga", xml)
