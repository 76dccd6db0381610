"""Time of making bills of received invoices against bare ``account.move.create``.

Same lines, same supplier, same database, same run; both make one bill at a time, as
they arrive. Ours parses the file, finds supplier, taxes, units and products, compares
all sums, keeps the file and tells what it has done.
"""

import json
import sys
import time
from datetime import date, datetime, timezone
from decimal import Decimal

import odoo_env
from demo_data import make_company

from odoo.fields import Command

BILLS = 200
LINES = 5
SELLER_NIP = "9999999999"


def files(env, company) -> list[bytes]:
    """Return the XML of the invoices."""
    from odoo.addons.l10n_pl_ksef.ksef import fa3
    from odoo.addons.l10n_pl_ksef.ksef.fa3 import model

    buyer = company.vat.removeprefix("PL")
    rows = tuple(
        model.FaWiersz(
            NrWierszaFa=place,
            P_7=f"Towar {place}",
            P_8A="szt.",
            P_8B=Decimal(place),
            P_9A=Decimal("12.34"),
            P_11=Decimal("12.34") * place,
            P_12="23",
        )
        for place in range(1, LINES + 1)
    )
    base = sum(row.P_11 for row in rows)
    tax = (base * 23 / 100).quantize(Decimal("0.01"))
    place = model.TAdres(KodKraju="PL", AdresL1="ul. Prosta 1", AdresL2="00-001 Łódź")
    return [
        fa3.build(
            model.Invoice(
                Naglowek=model.Naglowek(
                    DataWytworzeniaFa=datetime(2026, 4, 15, tzinfo=timezone.utc)
                ),
                Podmiot1=model.Podmiot1(
                    DaneIdentyfikacyjne=model.TPodmiot1(
                        NIP=SELLER_NIP, Nazwa="Dostawca sp. z o.o."
                    ),
                    Adres=place,
                ),
                Podmiot2=model.Podmiot2(
                    DaneIdentyfikacyjne=model.TPodmiot2(NIP=buyer, Nazwa=company.name),
                    JST=2,
                    GV=2,
                ),
                Fa=model.Fa(
                    KodWaluty="PLN",
                    P_1=date(2026, 4, 15),
                    P_2=f"FV/{number}",
                    P_13_1=base,
                    P_14_1=tax,
                    P_15=base + tax,
                    Adnotacje=model.Adnotacje(),
                    RodzajFaktury="VAT",
                    FaWiersz=rows,
                ),
            )
        )
        for number in range(BILLS)
    ]


def imported(env, xmls) -> list:
    """Make bills as the inbox does."""
    from odoo.addons.l10n_pl_ksef.ksef import fa3
    from odoo.addons.l10n_pl_ksef.models.bills.fa3_import_job import Books, Receipt

    books = Books(env.company)
    made = []
    for number, xml in enumerate(xmls):
        receipt = Receipt(f"{SELLER_NIP}-20260415-{number:012X}-00", None)
        made.append(
            env["account.move"]
            ._l10n_pl_ksef_import(fa3.parse(xml), xml, receipt, books=books)
            .move
        )
        env.flush_all()
    return made


def created(env, like) -> list:
    """Create bills with the same values and nothing else."""
    made = []
    for bill in like:
        values = {
            "move_type": bill.move_type,
            "partner_id": bill.partner_id.id,
            "ref": bill.ref,
            "invoice_date": bill.invoice_date,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": line.name,
                        "quantity": line.quantity,
                        "price_unit": line.price_unit,
                        "product_uom_id": line.product_uom_id.id,
                        "tax_ids": [Command.set(line.tax_ids.ids)],
                    }
                )
                for line in bill.invoice_line_ids
            ],
        }
        made.append(env["account.move"].create(values))
        env.flush_all()
    return made


def timed(work, *args) -> tuple[list, float]:
    start = time.perf_counter()
    made = work(*args)
    return made, (time.perf_counter() - start) * 1000 / len(made)


def main(database: str) -> None:
    """Print the figures as one JSON object."""
    with odoo_env.open(database) as env:
        company = make_company(env)
        env = env(context={"lang": "en_US", "allowed_company_ids": company.ids})
        xmls = files(env, env.company)
        (first, *_rest), _warm = timed(imported, env, xmls[:1])
        timed(created, env, [first])
        bills, ours = timed(imported, env, xmls[1:])
        _bare, bare = timed(created, env, bills)
        env.cr.rollback()
    figures = {
        "bills": len(bills),
        "lines": LINES,
        "import_ms": round(ours, 2),
        "create_ms": round(bare, 2),
        "ratio": round(ours / bare, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
