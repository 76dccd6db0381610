"""Taxes that the Polish chart lacks, offered one by one; nothing is created unasked."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .extra_tax_table import EXTRA_TAXES

_BY_KEY = {one.key: one for one in EXTRA_TAXES}
#: side -> code, type and names of the account where tax waits for the payment.
_WAITING = {
    "purchase": (
        "22.010.900",
        "asset_current",
        "Input VAT to be deducted after payment",
        "VAT naliczony do odliczenia po zapłacie",
    ),
    "sale": (
        "22.020.900",
        "liability_current",
        "Due VAT to be settled after payment",
        "VAT należny do rozliczenia po zapłacie",
    ),
}


class ExtraTaxes(models.TransientModel):
    _name = "l10n_pl_ksef.extra.taxes"
    _description = "Taxes that the chart lacks"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    line_ids = fields.One2many("l10n_pl_ksef.extra.tax", "wizard_id")

    @api.model
    def _open(self, company):
        """Open the list for a company, with what it has already.

        :raises UserError: the company has no Polish chart of accounts
        """
        self.env["account.tax"].check_access("create")
        if company.root_id.chart_template != "pl":
            raise UserError(
                self.env._("These taxes belong to the Polish chart of accounts.")
            )
        wizard = self.create({"company_id": company.id})
        wizard.line_ids = [
            Command.create(
                {
                    "key": one.key,
                    "name": wizard._in_language(one),
                    "purpose": self.env._(one.purpose),  # pylint: disable=W8301
                    "type_tax_use": "sale" if one.key.startswith("vs") else "purchase",
                    "tax_id": wizard._existing(one).id,
                }
            )
            for one in EXTRA_TAXES
            if wizard._source(one)
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taxes that the chart lacks"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_create(self):
        """Create the chosen taxes that are not there, and show them."""
        self.ensure_one()
        self.env["account.tax"].check_access("create")
        chosen = self.line_ids.filtered("chosen")
        if not chosen:
            raise UserError(self.env._("Choose the taxes that you need."))
        taxes = self.env["account.tax"]
        for line in chosen:
            one = _BY_KEY[line.key]
            taxes |= self._existing(one) or self._created(one)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taxes"),
            "res_model": "account.tax",
            "view_mode": "list,form",
            "domain": [("id", "in", taxes.ids)],
            "context": {"active_test": False},
        }

    # -- what is there ---------------------------------------------------------
    def _chart(self):
        return self.env["account.chart.template"].with_company(self.company_id)

    def _ref(self, name):
        return self._chart().ref(name, raise_if_not_found=False)

    def _source(self, one):
        """Return the tax of the chart, ``None`` where somebody has deleted it."""
        return self._ref(one.source)

    def _existing(self, one):
        """Return the tax when it was created before, also when a person did it."""
        found = self._ref(f"ksef_{one.key}")
        if found:
            return found
        source = self._source(one)
        names = [one.name, one.polish]
        return self.env["account.tax"].search(
            Domain(
                [
                    *self.env["account.tax"]._check_company_domain(self.company_id),
                    ("type_tax_use", "=", source.type_tax_use),
                    ("name", "in", names),
                    ("amount", "=", one.values.get("amount", source.amount)),
                ]
            ),
            limit=1,
        )

    def _in_language(self, one):
        return one.polish if (self.env.lang or "").startswith("pl") else one.name

    # -- creating --------------------------------------------------------------
    def _created(self, one):
        source = self._source(one).with_context(lang="en_US")
        values = {
            "name": one.name,
            "active": True,
            "sequence": 100,
            "is_base_affected": source.is_base_affected,
            "invoice_label": f"{one.values.get('amount', source.amount):g}%",
            **one.values,
            **(self._waiting_values(source.type_tax_use) if one.on_payment else {}),
        }
        tax = source.with_company(self.company_id).copy(values)
        self._change_tags(tax, one.tags)
        if one.deductible < 100:
            self._split(tax, one.deductible)
        self._remember(tax, one.key)
        self._translate(tax, one.polish)
        return tax.with_context(lang=self.env.lang)

    def _change_tags(self, tax, changes):
        """Replace tags by name; ``*`` means every one, an empty name: none."""
        if not changes:
            return
        find = self.env["account.account.tag"]._get_tax_tags
        for line in tax.repartition_line_ids:
            tags = line.tag_ids.browse()
            for tag in line.tag_ids.with_context(lang="en_US"):
                name = changes.get("*", changes.get(tag.name, tag.name))
                tags |= find(name, tax.country_id.id) if name else tags.browse()
            line.tag_ids = tags

    def _split(self, tax, deductible):
        """Leave a part of the tax on the account of the cost."""
        for line in tax.repartition_line_ids.filtered(
            lambda one: one.repartition_type == "tax"
        ):
            line.factor_percent = deductible
            line.copy(
                {
                    "factor_percent": 100 - deductible,
                    "account_id": False,
                    "tag_ids": [Command.clear()],
                    "use_in_tax_closing": False,
                }
            )

    def _waiting_values(self, side):
        """Return what a tax needs that is due when the invoice is paid."""
        if not self.company_id.tax_exigibility:
            self.company_id.sudo().tax_exigibility = True
        return {
            "tax_exigibility": "on_payment",
            "cash_basis_transition_account_id": self._waiting_account(side).id,
        }

    def _waiting_account(self, side):
        key = f"vat_waiting_{side}"
        found = self._ref(f"ksef_{key}")
        if found:
            return found
        code, kind, name, polish = _WAITING[side]
        model = self.env["account.account"].with_company(self.company_id)
        account = model.with_context(lang="en_US").create(
            {
                "name": name,
                "code": model._search_new_account_code(code, cache={}),
                "account_type": kind,
                "reconcile": True,
                "company_ids": [Command.set(self.company_id.ids)],
            }
        )
        self._remember(account, key)
        self._translate(account, polish)
        return account

    def _translate(self, record, polish):
        if "pl_PL" in dict(self.env["res.lang"].get_installed()):
            record.with_context(lang="pl_PL").name = polish

    def _remember(self, record, key):
        """Give an external id like those of the chart: the record outlives us."""
        module, name = self._chart().company_xmlid(f"ksef_{key}").split(".", 1)
        self.env["ir.model.data"].sudo().create(
            {
                "module": module,
                "name": name,
                "model": record._name,
                "res_id": record.id,
                "noupdate": True,
            }
        )


class ExtraTax(models.TransientModel):
    _name = "l10n_pl_ksef.extra.tax"
    _description = "Tax that the chart lacks"

    wizard_id = fields.Many2one("l10n_pl_ksef.extra.taxes", ondelete="cascade")
    chosen = fields.Boolean("Create")
    key = fields.Char(export_string_translation=False)
    name = fields.Char("Tax", readonly=True)
    type_tax_use = fields.Selection(
        [("sale", "Sales"), ("purchase", "Purchases")], "Used on", readonly=True
    )
    purpose = fields.Char(readonly=True)
    tax_id = fields.Many2one("account.tax", "There already", readonly=True)
