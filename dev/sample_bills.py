"""Bare bills: what Odoo itself takes for the same lines, to compare with."""

from odoo.fields import Command


def create_like(bill, partner=None):
    """Create a bill with the values of another one and nothing else.

    :param partner: another supplier: its bill is no duplicate of the first
    """
    return bill.env["account.move"].create(
        {
            "move_type": bill.move_type,
            "partner_id": (partner or bill.partner_id).id,
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
    )
