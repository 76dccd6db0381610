"""Invoices for the measurements, all alike."""

from demo_data import COMPANY, make_company, make_customers, make_products

from odoo.fields import Command, Date

LINES = 5


def make_posted_invoices(env, count: int, lines: int = LINES):
    """Return ``count`` posted domestic invoices of the Polish company.

    The rates alternate, and the last line has a discount.
    """
    company = env.ref("base.main_company")
    if company.vat != COMPANY["vat"]:
        make_company(env)
    env = env(context={"lang": "en_US", "tracking_disable": True})
    customer = make_customers(env)["home"]
    products = list(make_products(env, company).values())
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": Date.context_today(customer),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": products[line % len(products)].id,
                            "quantity": 1 + line,
                            "discount": 10 if line == lines - 1 else 0,
                        }
                    )
                    for line in range(lines)
                ],
            }
            for _number in range(count)
        ]
    )
    moves.action_post()
    return moves
