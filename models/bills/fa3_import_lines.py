"""The planned lines as journal items: product, unit, tax, price."""

from decimal import Decimal

from odoo import Command, models

from ..fa3.fa3_row import ZERO
from .fa3_import_gross import GROSS_RATES, take_gross
from .fa3_import_reading import number, text
from .fa3_import_taxes import FOREIGN_RATES, is_taxed

_NAME_LENGTH = 1000


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_lines(self, job):
        """Return the commands that create the lines of the plan.

        Rates without a tax in the books are turned gross first: then the total stays
        right and the tax becomes cost.
        """
        products = self._l10n_pl_ksef_import_products(job)
        taxes = {}
        for line in job.plan.lines:
            product = products.get(id(line), self.env["product.product"])
            taxes[id(line)] = self._l10n_pl_ksef_import_tax(job, line, product)
        without = {
            line.rate
            for line in job.plan.lines
            if is_taxed(line.rate) and not taxes[id(line)] and not line.is_gross
        }
        for rate in sorted(without):
            job.notes.add("no_tax", rate=rate)
            take_gross(job.plan, rate)
        job.bucket_of_tax = {
            taxes[id(line)].id: line.bucket
            for line in job.plan.lines
            if not line.is_gross and taxes[id(line)]
        }
        rates = self._l10n_pl_ksef_import_shown_rates(job)
        return [
            Command.create(
                {
                    **self._l10n_pl_ksef_import_line(
                        job, line, products.get(id(line)), taxes[id(line)]
                    ),
                    "name": self._l10n_pl_ksef_import_name(job, line, rates),
                    "is_imported": True,
                }
            )
            for line in job.plan.lines
        ] + self._l10n_pl_ksef_import_deposit_lines(job)

    def _l10n_pl_ksef_import_tax(self, job, line, product):
        """Return the tax of a line and tell where the rate is an odd one."""
        rate = line.rate
        if rate in GROSS_RATES:
            job.notes.add("not_deductible", rate=rate)
        elif rate in FOREIGN_RATES and not job.is_sale:
            job.notes.add("foreign_supply", rate=rate)
        if not rate or line.is_gross:
            return self.env["account.tax"]
        on_payment = job.reading.is_cash_method
        guided = not job.is_sale and job.guide.tax(line.name, rate)
        if guided:
            return guided
        if job.reading.is_farmers:
            return job.taxes.farmers
        tax = job.taxes.find(rate, job.partner, product, on_payment=on_payment)
        if rate == "oo" and tax:
            job.notes.add("reverse_charge")
        elif rate in ("oo", "zw", "0 KR") and not tax:
            job.notes.add("no_tax", rate=rate)
        return tax

    def _l10n_pl_ksef_import_line(self, job, line, product, tax):
        """Return quantity, price and the rest; a refund has its signs turned."""
        if tax.price_include and line.price is not None and line.raw != line.net:
            line.value_only()
        quantity, price = self._l10n_pl_ksef_import_price(job, line)
        if tax.price_include:
            price *= 1 + tax.amount / 100
        values = {
            "quantity": float(quantity),
            "price_unit": price,
            "discount": float(line.discount),
            "tax_ids": [Command.set(tax.ids)],
            "l10n_pl_ksef_is_advance": line.label == "advance_deducted",
        }
        if line.row:
            unit = job.units.find(text(line.row.P_8A))
            if product:
                values["product_id"] = product.id
                fits = unit and unit._has_common_reference(product.uom_id)
                unit = unit if fits else product.uom_id
            if unit:
                values["product_uom_id"] = unit.id
        if account := self._l10n_pl_ksef_import_own_account(job, line, tax):
            values["account_id"] = account.id
        elif not product and not job.is_sale:
            values.update(job.guide.line_values(line.name))
        return values

    def _l10n_pl_ksef_import_own_account(self, job, line, tax):
        """Return the account of a line that is no row; empty: as for any line."""
        if line.label == "rounding":
            return job.rounding_account(line.net)
        if line.label == "advance_deducted":
            return job.advances._l10n_pl_ksef_accounts_booked(tax)[:1]
        return self.env["account.account"]

    def _l10n_pl_ksef_import_price(self, job, line):
        """Return quantity and price, whose product is the value to the grosz."""
        sign = job.reading.sign
        quantity = line.quantity.quantize(job.quantity_step, "ROUND_HALF_UP")
        price = line.price
        if price is None or quantity != line.quantity:
            line.discount = ZERO
            quantity = quantity or Decimal(1)
            price = line.net / quantity
        if sign < 0 and quantity < 0:
            quantity = -quantity
        elif sign < 0:
            price = -price
        return quantity, float(price)

    # -- names -----------------------------------------------------------------
    def _l10n_pl_ksef_import_name(self, job, line, rates):
        """Return what the line is called."""
        name = line.name if line.label in (None, "sum", "correction") else ""
        name = name or self._l10n_pl_ksef_import_label(job, line)
        if line.row:
            unit = text(line.row.P_8A)
            if unit and not job.units.find(unit):
                name = f"{name} [{unit}]"
            rate = number(line.row.KursWaluty)
            if rates and rate:
                name = f"{name} ({rate:f})"
        return name[:_NAME_LENGTH]

    def _l10n_pl_ksef_import_label(self, job, line):
        number_, goods = job.reading.number, line.words.get("goods")
        reason = text(job.reading.fa.PrzyczynaKorekty)
        labels = {
            "row": lambda: self.env._("Row %(number)s", number=line.words["number"]),
            "advance": lambda: self.env._("Advance: %(goods)s", goods=goods or number_),
            "advance_deducted": lambda: self.env._(
                "Invoiced in advance: %(numbers)s", numbers=job.advance_numbers or "-"
            ),
            "correction": lambda: (
                reason or self.env._("Correction %(ref)s", ref=number_)
            ),
            "sum": lambda: self.env._("By invoice %(ref)s", ref=number_),
            "many_rows": lambda: self.env._(
                "%(count)s rows of invoice %(ref)s",
                count=line.words.get("count"),
                ref=number_,
            ),
            "rounding": lambda: self.env._("Rounding"),
        }
        return labels[line.label]() if line.label else line.name

    def _l10n_pl_ksef_import_shown_rates(self, job):
        """Tell whether rows have exchange rates of their own, to be shown."""
        rates = {number(row.KursWaluty) for row in job.reading.fa.FaWiersz}
        return len(rates - {None}) > 1

    # -- products --------------------------------------------------------------
    def _l10n_pl_ksef_import_products(self, job):
        """Return products by ``id`` of their line: by GTIN, supplier's code, name.

        The seller's index is his own: it is compared with what we know as his, never
        with our own codes.
        """
        rows = {id(line): line.row for line in job.plan.lines if line.row}
        if not rows:
            return {}
        by_gtin = self._l10n_pl_ksef_import_by_gtin(job, rows.values())
        by_index = self._l10n_pl_ksef_import_by_index(job, rows.values())
        by_name = self._l10n_pl_ksef_import_by_name(job, rows.values())
        found = {}
        for key, row in rows.items():
            product = (
                by_gtin.get(text(row.GTIN))
                or by_index.get(text(row.Indeks))
                or by_name.get(text(row.P_7).casefold())
            )
            if product:
                found[key] = product
        return found

    def _l10n_pl_ksef_import_by_gtin(self, job, rows):
        codes = {text(row.GTIN) for row in rows} - {""}
        if not codes:
            return {}
        domain = [
            ("barcode", "in", list(codes)),
            *self.env["product.product"]._check_company_domain(job.company),
        ]
        found = self.env["product.product"].search(domain, order="company_id")
        return {product.barcode: product for product in reversed(found)}

    def _l10n_pl_ksef_import_by_index(self, job, rows):
        codes = {text(row.Indeks) for row in rows} - {""}
        if not codes or job.is_sale or not job.partner:
            return {}
        domain = [
            ("product_code", "in", list(codes)),
            ("partner_id", "child_of", job.partner.commercial_partner_id.id),
            *self.env["product.supplierinfo"]._check_company_domain(job.company),
        ]
        found = {}
        for info in self.env["product.supplierinfo"].search(domain):
            variants = info.product_tmpl_id.product_variant_ids
            product = info.product_id or (len(variants) == 1 and variants)
            if product:
                found.setdefault(info.product_code, product)
        return found

    def _l10n_pl_ksef_import_by_name(self, job, rows):
        names = {text(row.P_7) for row in rows} - {""}
        used = "sale_ok" if job.is_sale else "purchase_ok"
        domain = [
            ("name", "in", list(names)),
            (used, "=", True),
            *self.env["product.product"]._check_company_domain(job.company),
        ]
        found = {}
        for product in self.env["product.product"].search(domain, limit=1000):
            found.setdefault(product.name.casefold(), []).append(product)
        return {name: one[0] for name, one in found.items() if len(one) == 1}
