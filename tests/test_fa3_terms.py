"""What is typed on the KSeF tab: contracts, transport, vehicles, authorised party."""

from datetime import date, datetime, timezone
from runpy import run_path

from odoo import Command
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .fa3_common import TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Terms(Fa3Common):
    # -- contracts, orders, agreed rate ----------------------------------------
    def test_contracts_orders_lots_and_agreed_rate(self):
        move = self.sale(
            100,
            l10n_pl_ksef_reference_ids=[
                Command.create({"number": "U/7", "date": date(2026, 1, 5)}),
                Command.create({"kind": "contract", "number": "U/8"}),
                Command.create(
                    {"kind": "order", "number": "PO-1", "date": date(2026, 2, 1)}
                ),
                Command.create({"kind": "order", "number": "PO-2"}),
            ],
            l10n_pl_ksef_lots="P-1; P-2, P-1",
            l10n_pl_ksef_delivery_notes="WZ/1, WZ/2",
            l10n_pl_ksef_agreed_rate=4.25,
            l10n_pl_ksef_agreed_currency_id=self.eur.id,
            l10n_pl_ksef_intermediary=True,
            l10n_pl_ksef_excise_refund=True,
        )
        fa = self.export(move, "contracts_orders_lots").Fa
        terms = fa.WarunkiTransakcji
        self.assertEqual(
            [(one.DataUmowy, one.NrUmowy) for one in terms.Umowy],
            [(date(2026, 1, 5), "U/7"), (None, "U/8")],
        )
        self.assertEqual(
            [(one.DataZamowienia, one.NrZamowienia) for one in terms.Zamowienia],
            [(date(2026, 2, 1), "PO-1"), (None, "PO-2")],
        )
        self.assertEqual(terms.NrPartiiTowaru, ("P-1", "P-2"))
        self.assertEqual(fa.WZ, ("WZ/1", "WZ/2"))
        self.assert_fields(
            terms, KursUmowny="4.25", WalutaUmowna="EUR", PodmiotPosredniczacy=True
        )
        self.assertTrue(fa.ZwrotAkcyzy)

    def test_contract_of_former_versions_becomes_the_first_of_the_list(self):
        move = self.sale(100)
        cr = self.env.cr
        cr.execute(
            "ALTER TABLE account_move"
            " ADD COLUMN IF NOT EXISTS l10n_pl_ksef_contract_number varchar,"
            " ADD COLUMN IF NOT EXISTS l10n_pl_ksef_contract_date date"
        )
        cr.execute(
            "UPDATE account_move SET l10n_pl_ksef_contract_number = 'U/7',"
            " l10n_pl_ksef_contract_date = '2026-01-05' WHERE id = %s",
            [move.id],
        )
        path = file_path("l10n_pl_ksef/migrations/19.0.1.2.0/post-move-contracts.py")
        run_path(path)["migrate"](cr, "19.0.1.1.0")
        move.invalidate_recordset()
        self.assertRecordValues(
            move.l10n_pl_ksef_reference_ids,
            [{"kind": "contract", "number": "U/7", "date": date(2026, 1, 5)}],
        )
        self.assertEqual(move.l10n_pl_ksef_reference_ids.company_id, self.company)

    def test_agreed_rate_without_currency_is_refused(self):
        move = self.sale(100, l10n_pl_ksef_agreed_rate=4.25)
        self.assertEqual(self.refuse(move), ["half_agreed_rate"])

    def test_further_remarks_stand_in_the_description(self):
        move = self.sale(
            100,
            l10n_pl_ksef_entry_ids=[
                Command.create({"key": "Nr rejestracyjny", "value": "WA 12345"})
            ],
        )
        (remark,) = self.export(move, "further_remarks").Fa.DodatkowyOpis
        self.assert_fields(remark, Klucz="Nr rejestracyjny", Wartosc="WA 12345")

    def test_excise_and_annex_15_said_on_the_row(self):
        move = self.sale(
            self.row(
                100, name="Olej", l10n_pl_ksef_excise=12.5, l10n_pl_ksef_annex15=True
            )
        )
        (row,) = self.export(move, "excise").Fa.FaWiersz
        self.assert_fields(row, KwotaAkcyzy="12.50", P_12_Zal_15=True)

    def test_form_of_payment_said_by_hand(self):
        move = self.sale(100, l10n_pl_ksef_payment_form="7")
        self.assertEqual(self.export(move).Fa.Platnosc.FormaPlatnosci, 7)

    def test_other_form_of_payment_in_words(self):
        move = self.sale(
            100,
            l10n_pl_ksef_payment_form="other",
            l10n_pl_ksef_payment_words="Kompensata",
        )
        payment = self.export(move, "other_form_of_payment").Fa.Platnosc
        self.assert_fields(payment, PlatnoscInna=True, OpisPlatnosci="Kompensata")

    def test_other_form_of_payment_without_words_is_refused(self):
        move = self.sale(100, l10n_pl_ksef_payment_form="other")
        self.assertEqual(self.refuse(move), ["form_without_words"])

    # -- transport ---------------------------------------------------------------
    def carrier(self):
        return self.new_partner("Przewoźnik sp.j.", vat="PL5260001246")

    def transport(self, **values):
        depot = self.new_partner("Magazyn", street="ul. Składowa 3", city="Łódź")
        return {
            "kind": "3",
            "carrier_id": self.carrier().id,
            "order_number": "ZT/5",
            "cargo": "13",
            "package_unit": "paleta EUR",
            "starts_at": datetime(2026, 3, 16, 6),
            "ends_at": datetime(2026, 3, 16, 14, 30),
            "from_partner_id": depot.id,
            "via_partner_ids": [Command.set(depot.ids)],
            "to_partner_id": self.buyer.id,
            **values,
        }

    def test_transport_in_full(self):
        values = self.transport()
        move = self.sale(100, l10n_pl_ksef_transport_ids=[Command.create(values)])
        terms = self.export(move, "transport").Fa.WarunkiTransakcji
        (transport,) = terms.Transport
        self.assert_fields(
            transport,
            RodzajTransportu=3,
            NrZleceniaTransportu="ZT/5",
            OpisLadunku=13,
            JednostkaOpakowania="paleta EUR",
            DataGodzRozpTransportu=datetime(2026, 3, 16, 6, tzinfo=timezone.utc),
        )
        carrier = transport.Przewoznik
        self.assertEqual(carrier.DaneIdentyfikacyjne.NIP, "5260001246")
        self.assertEqual(transport.WysylkaZ.AdresL1, "ul. Składowa 3")
        self.assertEqual(transport.WysylkaPrzez, (transport.WysylkaZ,))
        self.assertEqual(transport.WysylkaDo.AdresL1, "ul. Polna 1")

    def test_other_transport_and_cargo_in_words(self):
        values = self.transport(
            kind="other", kind_other="Dron", cargo="other", cargo_other="Koperta"
        )
        move = self.sale(100, l10n_pl_ksef_transport_ids=[Command.create(values)])
        (transport,) = self.export(
            move, "other_transport"
        ).Fa.WarunkiTransakcji.Transport
        self.assert_fields(
            transport,
            TransportInny=True,
            OpisInnegoTransportu="Dron",
            LadunekInny=True,
            OpisInnegoLadunku="Koperta",
        )

    def test_other_transport_without_words_is_refused(self):
        values = self.transport(kind="other")
        move = self.sale(100, l10n_pl_ksef_transport_ids=[Command.create(values)])
        self.assertEqual(self.refuse(move), ["transport_without_words"])

    def test_carrier_without_address_is_refused(self):
        values = self.transport()
        carrier = self.env["res.partner"].browse(values["carrier_id"])
        carrier.write({"street": False, "zip": False, "city": False})
        move = self.sale(100, l10n_pl_ksef_transport_ids=[Command.create(values)])
        self.assertEqual(self.refuse(move), ["transport_without_address"])

    # -- new means of transport ----------------------------------------------------
    def german(self, vat="DE136695976"):
        return self.new_partner(
            "Käufer GmbH", vat=vat, country_id=self.env.ref("base.de").id
        )

    def car_sale(self, buyer, kind="land", post=True, **values):
        product = self.new_product(name="Pojazd", l10n_pl_ksef_new_transport=kind)
        row = self.row(50000, "vs_unia", product_id=product.id, name="Pojazd nowy")
        move = self.sale(row, partner_id=buyer.id, post=False)
        if values:
            line = move.invoice_line_ids
            move.l10n_pl_ksef_vehicle_ids = [
                Command.create({"line_id": line.id, "kind": kind, **values})
            ]
        move.action_post()
        return move

    def test_new_car_to_a_german_firm(self):
        move = self.car_sale(
            self.german(),
            first_used=date(2026, 3, 1),
            make="Izera",
            model="Z100",
            colour="biały",
            plate="WA 12345",
            year="2026",
            usage="150 km",
            identifier="WVWZZZ1JZXW000001",
            type_name="SUV",
        )
        mark = self.export(move, "new_car").Fa.Adnotacje.NoweSrodkiTransportu
        self.assert_fields(mark, P_22=True, P_42_5=2, P_22N=None)
        (car,) = mark.NowySrodekTransportu
        self.assert_fields(
            car,
            P_22A=date(2026, 3, 1),
            P_NrWierszaNST=1,
            P_22BMK="Izera",
            P_22BMD="Z100",
            P_22BK="biały",
            P_22BNR="WA 12345",
            P_22BRP="2026",
            P_22B="150 km",
            P_22B1="WVWZZZ1JZXW000001",
            P_22BT="SUV",
        )

    def test_new_yacht_to_a_private_person_needs_a_notice(self):
        move = self.car_sale(
            self.german(vat=False),
            "water",
            first_used=date(2026, 3, 1),
            usage="12 h",
            identifier="PL-XYZ12345A626",
        )
        mark = self.export(move, "new_yacht").Fa.Adnotacje.NoweSrodkiTransportu
        self.assertEqual(mark.P_42_5, 1)
        (yacht,) = mark.NowySrodekTransportu
        self.assert_fields(yacht, P_22C="12 h", P_22C1="PL-XYZ12345A626", P_22B=None)

    def test_new_aircraft_with_the_notice_said_by_hand(self):
        move = self.car_sale(
            self.german(),
            "air",
            first_used=date(2026, 3, 1),
            usage="30 h",
            identifier="SN-1",
        )
        move.l10n_pl_ksef_vat23 = "yes"
        mark = self.export(move, "new_aircraft").Fa.Adnotacje.NoweSrodkiTransportu
        self.assertEqual(mark.P_42_5, 1)
        (plane,) = mark.NowySrodekTransportu
        self.assert_fields(plane, P_22D="30 h", P_22D1="SN-1")

    def test_new_car_to_the_eu_without_its_data_is_refused(self):
        self.assertEqual(self.refuse(self.car_sale(self.german())), ["vehicle_missing"])

    # -- authorised party --------------------------------------------------------
    def test_tax_representative_of_the_company(self):
        self.company.l10n_pl_ksef_authorised_id = self.new_partner(
            "Przedstawiciel S.A.", vat="PL5260001246", phone="22 111 22 33"
        )
        party = self.export(self.sale(100), "tax_representative").PodmiotUpowazniony
        self.assertEqual(party.RolaPU, 3)
        self.assertEqual(party.DaneIdentyfikacyjne.NIP, "5260001246")
        self.assertEqual(party.DaneKontaktowe[0].TelefonPU, "221112233")

    def test_bailiff_of_one_invoice(self):
        bailiff = self.new_partner("Komornik Sądowy", vat="PL5260001246")
        move = self.sale(
            100,
            l10n_pl_ksef_authorised_id=bailiff.id,
            l10n_pl_ksef_authorised_role="2",
        )
        self.assertEqual(self.export(move, "bailiff").PodmiotUpowazniony.RolaPU, 2)

    def test_authorised_party_without_nip_is_refused(self):
        bailiff = self.new_partner("Komornik Sądowy", vat=False)
        move = self.sale(100, l10n_pl_ksef_authorised_id=bailiff.id)
        self.assertEqual(self.refuse(move), ["authorised_party"])

    # -- attachment ----------------------------------------------------------------
    def block(self, **values):
        return Command.create(
            {
                "title": "Zużycie energii",
                "entry_ids": [Command.create({"key": "Licznik", "value": "4711"})],
                "paragraphs": "Odczyt zdalny.\n\nStan na koniec miesiąca.",
                "table_ids": [
                    Command.create(
                        {
                            "description": "Odczyty",
                            "content": "Dzień\tkWh\tGodzina\tUwagi\n"
                            "2026-03-01\t12,5\t08:00\t\n"
                            "2026-03-02\t7\t09:30\tszacunek\n"
                            "Razem\t19,5\t\t",
                            "has_totals": True,
                            "entry_ids": [
                                Command.create({"key": "Taryfa", "value": "G11"})
                            ],
                        }
                    )
                ],
                **values,
            }
        )

    def test_attachment_with_facts_paragraphs_and_a_table(self):
        self.company.l10n_pl_ksef_attachments_notified = True
        move = self.sale(100, l10n_pl_ksef_attachment_ids=[self.block()])
        (block,) = self.export(move, "attachment").Zalacznik.BlokDanych
        self.assertEqual(block.ZNaglowek, "Zużycie energii")
        self.assertEqual(
            [(one.ZKlucz, one.ZWartosc) for one in block.MetaDane],
            [("Licznik", "4711")],
        )
        self.assertEqual(
            block.Tekst.Akapit, ("Odczyt zdalny.", "Stan na koniec miesiąca.")
        )
        (table,) = block.Tabela
        self.assertEqual(
            [(column.NKom, column.Typ) for column in table.TNaglowek.Kol],
            [
                ("Dzień", "date"),
                ("kWh", "dec"),
                ("Godzina", "time"),
                ("Uwagi", "txt"),
            ],
        )
        self.assertEqual(len(table.Wiersz), 2)
        self.assertEqual(table.Suma.SKom[:2], ("Razem", "19,5"))

    def test_attachment_that_was_not_notified_is_warned_of(self):
        move = self.sale(100, l10n_pl_ksef_attachment_ids=[self.block()])
        self.export(move, warnings=["attachment_not_notified"])

    def test_long_table_becomes_several(self):
        self.company.l10n_pl_ksef_attachments_notified = True
        lines = ["Nr;Opis", *(f"{number};x" for number in range(1500))]
        table = Command.create({"content": "\n".join(lines)})
        move = self.sale(
            100, l10n_pl_ksef_attachment_ids=[self.block(table_ids=[table])]
        )
        (block,) = self.export(move).Zalacznik.BlokDanych
        self.assertEqual([len(one.Wiersz) for one in block.Tabela], [1000, 500])

    def test_block_without_facts_and_empty_table_are_refused(self):
        table = Command.create({"content": "Tylko tytuł"})
        move = self.sale(
            100,
            l10n_pl_ksef_attachment_ids=[self.block(entry_ids=[], table_ids=[table])],
        )
        self.assertEqual(self.refuse(move), ["block_without_facts", "empty_table"])

    # -- kind and empty rows -------------------------------------------------------
    def test_kind_said_by_hand(self):
        move = self.sale(
            100,
            l10n_pl_ksef_kind="KOR",
            l10n_pl_ksef_origin_number="FV/7/2026",
            l10n_pl_ksef_origin_date=date(2026, 2, 3),
            l10n_pl_ksef_origin_ksef_number="5260250274-20260203-0100A0B0C0D0-1F",
            l10n_pl_ksef_right_number="FV/8/2026",
        )
        fa = self.export(move, "kind_by_hand").Fa
        self.assert_fields(fa, RodzajFaktury="KOR", NrFaKorygowany="FV/8/2026")

    def test_credit_note_of_another_kind_is_refused(self):
        refund = self.credit(self.from_january(), l10n_pl_ksef_kind="VAT")
        self.assertIn("refund_of_another_kind", self.refuse(refund))

    def test_empty_rows_are_kept_by_setting(self):
        self.company.l10n_pl_ksef_keep_empty_rows = True
        move = self.sale(self.row(10), self.row(5, quantity=0, name="Gratis"))
        rows = self.export(move, "empty_row_kept").Fa.FaWiersz
        self.assertEqual(
            [(row.P_7, str(row.P_8B), str(row.P_11)) for row in rows],
            [("Usługa", "1", "10.00"), ("Gratis", "0", "0.00")],
        )

    # -- rows of corrections ---------------------------------------------------------
    def from_january(self):
        return self.sale(
            self.row(25, quantity=10), invoice_date="2026-01-20", name="FV/2026/01/001"
        )

    def credit(self, origin, **values):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=origin.ids)
            .create({"date": TODAY, "journal_id": origin.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.write({"name": "KOR/2026/03/001", **values})
        refund.invoice_line_ids.quantity = 3
        refund.action_post()
        return refund

    def test_differences_said_by_hand(self):
        origin = self.from_january()
        refund = self.credit(origin, l10n_pl_ksef_correction_style="differences")
        (row,) = self.export(refund, "differences_by_hand").Fa.FaWiersz
        self.assert_fields(row, P_8B="-3", P_9A="25", P_11="-75.00", StanPrzed=None)

    def test_differences_by_setting_of_the_company(self):
        self.company.l10n_pl_ksef_correction_style = "differences"
        origin = self.from_january()
        (row,) = self.export(self.credit(origin)).Fa.FaWiersz
        self.assertIsNone(row.StanPrzed)

    def test_names_only_of_a_rebate_on_some_goods(self):
        origin = self.from_january()
        refund = self.credit(
            origin,
            l10n_pl_ksef_correction_style="names",
            l10n_pl_ksef_corrected_period="I kwartał 2026",
        )
        (row,) = self.export(refund, "names_of_a_rebate").Fa.FaWiersz
        self.assert_fields(row, P_7="Usługa", P_8B="3", P_9A=None, P_11=None, P_12=None)
