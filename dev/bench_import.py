"""Time of making bills of received files against bare ``account.move.create``.

    dev/bench import [--only-measure]

Same lines, same supplier, same database, in turns of a few; both make one bill at a
time, as they arrive. Ours parses the file, finds supplier, taxes, units and products,
compares all sums, keeps the file and tells what it has done.
"""

import measuring
import odoo_env
from demo_data import make_company
from sample_bills import create_like
from sample_received import LINES, SELLER_NIP, files

BILLS = 200
TURN = 20
MOST = 1.3


def imported(env, books, numbered):
    """Make bills as the inbox does.

    :param numbered: (number, XML) of each
    :return: the bills
    """
    from odoo.addons.l10n_pl_ksef.ksef import fa3
    from odoo.addons.l10n_pl_ksef.models.bills.fa3_import_job import Receipt

    moves = env["account.move"]
    for number, xml in numbered:
        receipt = Receipt(f"{SELLER_NIP}-20260415-{number:012X}-00", None)
        moves |= (
            env["account.move"]
            ._l10n_pl_ksef_import(fa3.parse(xml), xml, receipt, books=books)
            .move
        )
        env.flush_all()
    return moves


def created(bills) -> None:
    """Create as many bare bills of the same values."""
    for bill in bills:
        create_like(bill)
        bill.env.flush_all()


def compare(env, company) -> tuple[float, float]:
    """Make all bills in turns.

    :return: CPU milliseconds for a bill, ours and bare
    """
    from odoo.addons.l10n_pl_ksef.models.bills.fa3_import_job import Books

    books = Books(env.company)
    buyer_nip = company.vat.removeprefix("PL")
    numbered = list(enumerate(files(BILLS + 1, buyer_nip=buyer_nip)))
    created(imported(env, books, numbered[:1]))
    ours = bare = 0.0
    for start in range(1, len(numbered), TURN):
        before = measuring.cpu_seconds(env)
        bills = imported(env, books, numbered[start : start + TURN])
        between = measuring.cpu_seconds(env)
        bills.invoice_line_ids.mapped("tax_ids.name")  # read for neither's account
        ready = measuring.cpu_seconds(env)
        created(bills)
        ours += between - before
        bare += measuring.cpu_seconds(env) - ready
    return ours * 1000 / BILLS, bare * 1000 / BILLS


def main() -> None:
    """Print the figures as one JSON object."""
    options = measuring.arguments(__doc__).parse_args()
    with odoo_env.open(options.database) as env:
        company = make_company(env)
        env = env(context={"lang": "en_US", "allowed_company_ids": company.ids})
        ours, bare = compare(env, company)
        env.cr.rollback()
    verdict = measuring.Verdict()
    verdict.most("ratio", ours / bare, MOST)
    figures = {"bills": BILLS, "lines": LINES}
    figures |= {"import_ms": round(ours, 2), "create_ms": round(bare, 2)}
    verdict.tell({**figures, "ratio": round(ours / bare, 2)}, options)


if __name__ == "__main__":
    main()
