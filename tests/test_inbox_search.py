"""The inbox is searched the way people write numbers."""

from lxml import etree

from odoo.tests import tagged

from ..models.inbox.inbound_searching import amounts_in
from .inbox_common import InboxCommon

OTHER_NIP = "5260001246"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxSearch(InboxCommon):
    """FV/1 over 1234.56 of 999-999-99-99, FV/2 over 246.00 of 526-000-12-46."""

    def setUp(self):
        super().setUp()
        self.issue("FV/1", net="1003.71")
        self.issue("FV/2", net="200.00", seller_nip=OTHER_NIP)
        self.fetch()
        self.first = self.inbox.filtered(lambda row: row.invoice_number == "FV/1")
        self.second = self.inbox - self.first
        self.assertEqual(self.first.gross_amount, 1234.56)

    def found(self, words, name="sought", operator="ilike"):
        return self.env["l10n_pl_ksef.inbound"].search([(name, operator, words)])

    def test_nip_however_it_is_written(self):
        for words in (
            "5260001246",
            "526-000-12-46",
            "526 000 12 46",
            "PL5260001246",
            "pl 526-00-01-246",
            "526-000",
        ):
            for name in ("sought", "sought_nip"):
                with self.subTest(words=words, name=name):
                    self.assertEqual(self.found(words, name), self.second)

    def test_amount_however_it_is_written(self):
        for words in (
            "1234.56",
            "1234,56",
            "1 234,56",
            "1\N{NO-BREAK SPACE}234,56 zł",
            "1.234,56",
            "1,234.56 PLN",
            "-1234,56",
            "1003,71",
        ):
            with self.subTest(words=words):
                self.assertEqual(self.found(words), self.first)
        self.assertEqual(self.found("246"), self.second)
        self.assertFalse(self.found("1234,57"))

    def test_number_supplier_and_words_of_rows(self):
        self.assertEqual(self.found("fv/2"), self.second)
        self.assertEqual(self.found("papier"), self.first | self.second)
        self.assertEqual(self.found("agd"), self.first | self.second)
        self.assertEqual(self.found(self.first.ksef_number), self.first)

    def test_other_operators(self):
        self.assertEqual(self.found("526-000-12-46", "sought_nip", "="), self.second)
        self.assertEqual(self.found("526-000-12-46", "sought_nip", "!="), self.first)
        nips = ["526-000-12-46", "999 999 99 99"]
        self.assertEqual(self.found(nips, "sought_nip", "in"), self.inbox)
        self.assertEqual(self.found("526-000", "sought_nip", "not ilike"), self.first)

    def test_record_is_found_by_a_written_nip(self):
        names = self.env["l10n_pl_ksef.inbound"].name_search("526-000-12-46")
        self.assertEqual([found for found, _name in names], self.second.ids)

    def test_what_is_typed_first_is_looked_for_everywhere(self):
        view = self.env["l10n_pl_ksef.inbound"].get_view(view_type="search")
        fields = etree.fromstring(view["arch"]).findall("field")
        self.assertEqual(fields[0].get("name"), "sought")

    def test_what_is_no_amount(self):
        self.assertEqual(amounts_in("FV 12/3"), [])
        self.assertEqual(amounts_in("12 sztuk"), [])
        self.assertEqual(amounts_in("1.234"), [1.234, 1234.0])
        self.assertEqual(amounts_in("1 234 567,8"), [1234567.8])
        self.assertEqual(amounts_in("1.234.567"), [1234.567, 1234567.0])
