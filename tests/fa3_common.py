"""Invoices for the tests of FA(3): a Polish company, buyers, rows in one line.

Golden files lie in ``export_xmls``; SAVE_XML=1 in the environment records them again
(review the difference). Ids of rows, which depend on the database, are numbered.
"""

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..ksef import fa3
from ..models.fa3.fa3_checks import schema_path

GOLDEN = Path(__file__).parent / "export_xmls"
NOW = "2026-03-16 09:30:00"
TODAY = date(2026, 3, 16)
SELLER_NIP = "5260250274"
BUYER_NIP = "8567346215"
_VERSION = re.compile(r"l10n_pl_ksef [\d.]+")
_ROW_ID = re.compile(r"odoo-[0-9a-f]{0,8}-(?:so-|or-)?\d+")


class Fa3Common(AccountTestInvoicingCommon):
    @classmethod
    @AccountTestInvoicingCommon.setup_country("pl")
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.company = cls.env.company
        cls.company.write(
            {
                "name": "Zakład Wzorcowy sp. z o.o.",
                "vat": f"PL{SELLER_NIP}",
                "street": "ul. Świętokrzyska 12",
                "zip": "00-916",
                "city": "Warszawa",
                "email": "biuro@wzorcowy.example",
                "phone": "22 694 55 55",
                "l10n_pl_ksef_issue_place": "Warszawa",
            }
        )
        cls.accountant = new_test_user(
            cls.env,
            login="fa3_accountant",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.buyer = cls.new_partner(
            "Nabywca S.A.",
            vat=f"PL{BUYER_NIP}",
            email="faktury@nabywca.example",
        )
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True

    # -- records ---------------------------------------------------------------
    @classmethod
    def new_partner(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "street": "ul. Polna 1",
                "zip": "30-002",
                "city": "Kraków",
                "country_id": cls.env.ref("base.pl").id,
                **values,
            }
        )

    @classmethod
    def tax(cls, xmlid):
        tax = cls.env["account.chart.template"].ref(xmlid)
        tax.active = True
        return tax

    @classmethod
    def exempt_tax(cls, basis="art. 43 ust. 1 pkt 18a ustawy"):
        tax = cls.tax("vs_kraj_zw")
        tax.l10n_pl_ksef_exempt_basis = basis
        return tax

    @classmethod
    def new_product(cls, **values):
        values = {"name": "Towar", "lst_price": 100, "taxes_id": False, **values}
        return cls.env["product.product"].create(values)

    @classmethod
    def row(cls, price, tax="vs_kraj_23", quantity=1, name="Usługa", **values):
        if isinstance(tax, str):
            tax = cls.tax(tax)
        values = {
            "name": name,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(tax.ids if tax else [])],
            **values,
        }
        if "product_id" not in values and "display_type" not in values:
            values.setdefault("product_uom_id", cls.uom_unit.id)
        return Command.create(values)

    @classmethod
    def note(cls, name, display_type="line_note"):
        return Command.create({"display_type": display_type, "name": name})

    @classmethod
    def rate(cls, value, currency=None, day="2026-01-01", company=None):
        """Say that one unit of ``currency`` is ``value`` PLN from ``day`` on."""
        cls.env["res.currency.rate"].create(
            {
                "name": day,
                "currency_id": (currency or cls.eur).id,
                "company_id": (company or cls.company).id,
                "inverse_company_rate": value,
            }
        )

    @classmethod
    def sale(cls, *rows, post=True, **values):
        """Create and post an invoice; a row that is a number is a price at 23 %."""
        values = {
            "move_type": "out_invoice",
            "partner_id": cls.buyer.id,
            "invoice_date": TODAY,
            "name": "FV/2026/03/001",
            "invoice_line_ids": [
                row if isinstance(row, tuple) else cls.row(row) for row in rows
            ],
            **values,
        }
        move = cls.env["account.move"].create(values)
        if post:
            move.action_post()
        return move

    # -- documents -------------------------------------------------------------
    def prepare(self, move):
        """Prepare as the accountant, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        move = move.with_user(self.accountant).with_company(self.company)
        return move._l10n_pl_ksef_prepare()[move]

    def export(self, move, golden=None, warnings=()):
        """Return the parsed document of ``move``, valid against the official schema.

        :param golden: name of the file in ``export_xmls`` that it must equal
        :param warnings: codes of the warnings that come with it
        """
        prepared = self.prepare(move)
        errors = [one for one in prepared.problems if one.level == "error"]
        self.assertFalse(errors, "the invoice must be sendable")
        self.assertEqual([one.code for one in prepared.problems], list(warnings))
        self.assertFalse(fa3.schema.validate(prepared.xml, schema_path()))
        invoice = fa3.parse(prepared.xml)
        self.assertFalse(fa3.check(invoice))
        self._assert_sum(invoice.Fa)
        if golden:
            self.assert_golden(prepared.xml, golden)
        return invoice

    def refuse(self, move):
        """Return the codes of the errors that keep ``move`` from being sent."""
        prepared = self.prepare(move)
        self.assertIsNone(prepared.xml)
        for problem in prepared.problems:
            self.assertTrue(problem.message)
            self.assertTrue(self.env[problem.model].browse(problem.res_id).exists())
            if problem.field:
                self.assertIn(problem.field, self.env[problem.model]._fields)
        return [one.code for one in prepared.problems if one.level == "error"]

    def _assert_sum(self, fa):
        parts = [
            getattr(fa, name) or 0
            for name in fa.__slots__
            if re.fullmatch(r"P_1[34]_\d+(_\d)?", name)
        ]
        self.assertEqual(sum(parts), fa.P_15, "P_13 and P_14 make up P_15")

    def assert_golden(self, xml, name):
        text = _VERSION.sub("l10n_pl_ksef", xml.decode())
        ids = list(dict.fromkeys(_ROW_ID.findall(text)))
        text = _ROW_ID.sub(lambda match: f"row-{ids.index(match[0]) + 1}", text)
        root = etree.fromstring(text.encode())
        etree.indent(root, space="  ")
        text = etree.tostring(root, encoding="unicode") + "\n"
        path = GOLDEN / f"{name}.xml"
        if os.environ.get("SAVE_XML"):
            path.write_text(text, encoding="utf-8")
        self.assertEqual(text, path.read_text(encoding="utf-8"))

    def assert_fields(self, node, **expected):
        """Compare fields of a document node; numbers may be given as text."""
        found = {name: getattr(node, name) for name in expected}
        expected = {
            name: Decimal(value)
            if isinstance(found[name], Decimal) and value
            else value
            for name, value in expected.items()
        }
        self.assertEqual(found, expected)

    def buckets(self, fa):
        """Return the sums per rate that a document has, as text by field."""
        return {
            name: str(value)
            for name in fa.__slots__
            if re.fullmatch(r"P_1[345](_\d+)*W?", name)
            and (value := getattr(fa, name)) is not None
        }
