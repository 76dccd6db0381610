"""Received invoices for the tests: the buyer's company, files, documents."""

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..ksef import fa3
from ..ksef.fa3 import model
from ..models.bills.fa3_import_job import Receipt

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "ksef" / "fa3-samples"
NOW = "2026-04-20 10:00:00"
#: the buyer and the seller of the official samples.
BUYER_NIP = "1111111111"
SELLER_NIP = "9999999999"
KSEF_NUMBER = "9999999999-20260415-8BEF280C8D35-4D"
_MONEY = {
    name
    for cls in (model.Fa, model.FaWiersz, model.ZamowienieWiersz, model.Zamowienie)
    for name in cls.__slots__
    if name.startswith(("P_8B", "P_9", "P_10", "P_11", "P_13", "P_14", "P_15"))
    or name in ("KursWaluty", "KursWalutyZ", "P_12_XII")
}


def _typed(values):
    return {
        name: Decimal(str(value))
        if name in _MONEY and value is not None and not isinstance(value, Decimal)
        else value
        for name, value in values.items()
    }


def row(**values):
    """Return a row; numbers may be given as text."""
    return model.FaWiersz(**_typed(values))


def seller(nip=SELLER_NIP, name="ABC AGD sp. z o.o.", **values):
    return model.Podmiot1(
        DaneIdentyfikacyjne=model.TPodmiot1(NIP=nip, Nazwa=name),
        Adres=model.TAdres(
            KodKraju="PL", AdresL1="ul. Kwiatowa 1", AdresL2="00-001 Warszawa"
        ),
        **values,
    )


def buyer(nip=BUYER_NIP, name="F.H.U. Jan Kowalski", **values):
    return model.Podmiot2(
        DaneIdentyfikacyjne=model.TPodmiot2(NIP=nip, Nazwa=name), JST=2, GV=2, **values
    )


def document(*rows, invoice=None, annotations=None, **fa):
    """Return an invoice of the seller to the buyer; numbers may be given as text.

    :param rows: rows; they are numbered
    :param invoice: fields of the document itself
    :param annotations: fields of Adnotacje that differ from "nothing special"
    :param fa: fields of Fa
    """
    numbered = tuple(
        item if item.NrWierszaFa else replace(item, NrWierszaFa=place)
        for place, item in enumerate(rows, 1)
    )
    values = {
        "KodWaluty": "PLN",
        "P_1": date(2026, 4, 15),
        "P_2": "FV/2026/77",
        "Adnotacje": replace(model.ORDINARY, **(annotations or {})),
        "RodzajFaktury": "VAT",
        "FaWiersz": numbered,
        **fa,
    }
    return model.Invoice(
        Naglowek=model.Naglowek(
            DataWytworzeniaFa=datetime(2026, 4, 15, tzinfo=timezone.utc)
        ),
        **{
            "Podmiot1": seller(),
            "Podmiot2": buyer(),
            "Fa": model.Fa(**_typed(values)),
            **(invoice or {}),
        },
    )


class Fa3ImportCommon(AccountTestInvoicingCommon):
    """A company that receives invoices; ``self.env`` is the accountant's."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("pl")
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.env.company.write(
            {
                "name": "F.H.U. Jan Kowalski",
                "vat": f"PL{BUYER_NIP}",
                "street": "ul. Polna 1",
                "zip": "00-001",
                "city": "Warszawa",
            }
        )
        # Pictures are plain pages: nothing to wait for.
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.accountant = new_test_user(
            cls.env,
            login="ksef_bills",
            groups="base.group_user,account.group_account_user",
            company_id=cls.env.company.id,
            company_ids=[Command.set(cls.env.company.ids)],
        )
        cls.system = cls.env
        cls.env = cls.env(user=cls.accountant)
        cls.company = cls.env.company
        cls.moves = cls.env["account.move"]

    @staticmethod
    def simple(**fa):
        """Return an invoice of one row over 100 zł at 23 %."""
        values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
        return document(row(P_7="Usługa", P_11="100", P_12="23"), **values)

    @classmethod
    def tax(cls, xmlid):
        return cls.system["account.chart.template"].ref(xmlid).with_env(cls.env)

    @classmethod
    def supplier(cls, **values):
        """Make the contact of the seller, as a person may have done."""
        values = {
            "name": "ABC AGD sp. z o.o.",
            "vat": f"PL{SELLER_NIP}",
            "is_company": True,
            "country_id": cls.system.ref("base.pl").id,
            **values,
        }
        return cls.system["res.partner"].create(values).with_env(cls.env)

    # -- importing -------------------------------------------------------------
    def imported(self, invoice, number=None, acquired_at=None, xml=None):
        """Import as KSeF gives it (``number``), or as a person brings it."""
        xml = xml or fa3.build(invoice)
        parsed = fa3.parse(xml)
        receipt = Receipt(number, acquired_at) if number else None
        return self.moves._l10n_pl_ksef_import(parsed, xml, receipt)

    def bill(self, invoice, **options):
        """Import and return the bill, which must be a new one."""
        result = self.imported(invoice, **options)
        self.assertEqual(result.outcome, "created", result.reason)
        return result.move

    def upload(self, xml, name="faktura.xml", journal=None, move_type="in_invoice"):
        """Drag a file into the bills; return what was made of it."""
        attachment = self.env["ir.attachment"].create(
            {"name": name, "raw": xml, "mimetype": "application/xml"}
        )
        model_ = (journal or self.env["account.journal"]).with_context(
            default_move_type=move_type
        )
        return model_._create_document_from_attachment(attachment.ids)

    # -- comparing -------------------------------------------------------------
    def assert_totals(self, move, untaxed, tax, total):
        self.assertRecordValues(
            move,
            [{"amount_untaxed": untaxed, "amount_tax": tax, "amount_total": total}],
        )

    def assert_lines(self, move, *expected):
        """Compare (name, quantity, price, external id of the tax or ``None``)."""
        self.assertRecordValues(
            move.invoice_line_ids,
            [
                {
                    "name": name,
                    "quantity": quantity,
                    "price_unit": price,
                    "tax_ids": self.tax(tax).ids if tax else [],
                }
                for name, quantity, price, tax in expected
            ],
        )

    def taxes_of(self, move):
        """Return the booked tax by name, in the document's currency."""
        found = {}
        for item in move.line_ids.filtered("tax_line_id"):
            name = item.tax_line_id.name
            found[name] = round(found.get(name, 0) + item.amount_currency, 2)
        return found

    def assert_exact(self, move, invoice):
        """Compare the bill with P_13, P_14 and P_15 of the document."""
        fa = invoice.Fa
        names = [n for n in fa.__slots__ if n.startswith(("P_13_", "P_14_"))]
        base = sum(getattr(fa, n) or 0 for n in names if n.startswith("P_13"))
        tax = sum(
            getattr(fa, n) or 0
            for n in names
            if n.startswith("P_14") and not n.endswith("W")
        )
        sign = -1 if move.move_type == "in_refund" else 1
        self.assertEqual(Decimal(str(move.amount_total)), sign * fa.P_15)
        self.assertEqual(
            Decimal(str(move.amount_tax)), sign * tax, "VAT is that of the file"
        )
        rounding = fa.P_15 - base - tax
        self.assertEqual(
            Decimal(str(move.amount_untaxed)), sign * (base + rounding).normalize()
        )

    def codes(self, result):
        """Return what a person is asked to look at, joined."""
        return " | ".join(result.todo)
