"""Rows whose state and files have one writer each."""

import base64

from odoo import api, models


class OneWriter(models.AbstractModel):
    """What a row has that goes from state to state by a table.

    A model that inherits it has a field ``state``.
    """

    _name = "l10n_pl_ksef.one.writer"
    _description = "KSeF row with one writer"

    #: state -> states that may follow
    _transitions: dict = {}

    @api.private
    def _set_state(self, state, **values):
        """Move to ``state``.

        :param values: what else is to be written with it
        :raises AssertionError: ``_transitions`` has no such way.
        """
        for row in self.sudo():
            if state not in row._transitions[row.state]:
                raise AssertionError(f"{row.state} -> {state} is no transition")
            row.write({"state": state, **values})

    @api.private
    def _note(self, **values):
        """Write what comes without a change of state."""
        self.sudo().write(values)

    @api.private
    def _kept_bytes(self, name):
        """Return the content of the binary field ``name``, byte for byte."""
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False)[name] or b"")

    @api.private
    def _download(self, name):
        """Return the action that hands the file in the field ``name`` to its reader."""
        self.ensure_one()
        self.check_access("read")
        path = f"/web/content/{self._name}/{self.id}/{name}/{self[f'{name}_name']}"
        return {
            "type": "ir.actions.act_url",
            "url": f"{path}?download=1",
            "target": "download",
        }
