"""A certificate that a company uses with KSeF: public part and sealed private key."""

from odoo import api, fields, models

from ..common.vault import VaultError, reseal, unseal

#: names of columns that hold sealed secrets, in every model of this add-on
_SEALED_PREFIX = "sealed_"


class Certificate(models.Model):
    _name = "l10n_pl_ksef.certificate"
    _inherit = ["l10n_pl_ksef.pair"]
    _description = "KSeF certificate"
    _order = "company_id, usage, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    days_left = fields.Integer(compute="_compute_days_left")
    # The login (tokens) that was had with this certificate, sealed JSON; written by
    # the gateway only.
    sealed_login = fields.Text(
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        export_string_translation=False,
    )

    @api.depends("valid_to")
    def _compute_days_left(self):
        now = fields.Datetime.now()
        for certificate in self:
            left = certificate.valid_to and certificate.valid_to - now
            certificate.days_left = left.days if left else 0

    def _vault_problem(self):
        """Return why the vault does not open the private key, None when it does."""
        self.ensure_one()
        try:
            unseal(self.env, self.sudo().sealed_key)
        except VaultError as error:
            return error
        return None

    @api.model
    def _reseal_all(self):
        """Seal every secret of this database again with the first sealing key.

        Run it in an Odoo shell after a new key was put in front of the old one, and
        commit; after that the old key may be removed (see ``vault``).

        :return: number of secrets that were sealed again
        :raises VaultError: a secret opens with none of the keys; nothing is changed
        """
        self.env.flush_all()
        changes = [
            (record, name, reseal(self.env, record[name]))
            for model, name in self._sealed_fields()
            for record in model.search([(name, "!=", False)])
        ]
        for record, name, sealed in changes:
            record[name] = sealed
        return len(changes)

    def _sealed_fields(self):
        """Yield (model, name of field) of every stored sealed column."""
        for model in self.env.values():
            if model._name.startswith("l10n_pl_ksef.") and not model._abstract:
                for name, field in model._fields.items():
                    if name.startswith(_SEALED_PREFIX) and field.store:
                        yield model.sudo().with_context(active_test=False), name
