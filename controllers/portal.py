"""The picture of a structured invoice for the customer or supplier, in the portal."""

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class KsefPortal(CustomerPortal):
    @http.route(
        "/my/invoices/<int:invoice_id>/ksef",
        type="http",
        auth="public",
        website=True,
        readonly=True,
    )
    def l10n_pl_ksef_picture(self, invoice_id, access_token=None):
        """Show the picture as a page to whoever may see the invoice."""
        try:
            move = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not move._l10n_pl_ksef_is_shown():
            return request.redirect(move.get_portal_url())
        return request.make_response(
            str(move._l10n_pl_ksef_picture_html()),
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
                ),
            ],
        )
