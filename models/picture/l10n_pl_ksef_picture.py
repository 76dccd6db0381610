"""Pictures of FA documents: HTML for the screen, PDF for the file.

The page needs nothing from a web server (styles are in it), so it can be drawn in the
background; ``wkhtmltopdf`` makes the PDF.
"""

from odoo import api, fields, models

from ...ksef.crypto import sha256_base64
from ...ksef.errors import KsefError
from ...ksef.links import invoice_link
from ..bills.fa3_import_reading import day, identity, nip
from .fa3_picture import Known, picture
from .fa3_picture_values import Values

REPORT = "l10n_pl_ksef.action_report_picture"
_BODY = "l10n_pl_ksef.fa3_picture"
_PAGE = "l10n_pl_ksef.fa3_picture_page"
_FOOTER = "l10n_pl_ksef.fa3_picture_footer"


class Picture(models.AbstractModel):
    _name = "l10n_pl_ksef.picture"
    _description = "Picture of a structured invoice"

    @api.private
    def _known(self, company, invoice, xml, ksef_number="", acquired_at=None):
        """Return ``Known`` of a document with its QR code, where KSeF has it.

        :param bytes xml: the file as KSeF keeps it
        """
        link = ksef_number and self._link(company, invoice, xml)
        return self._known_by_link(link, ksef_number, acquired_at)

    @api.private
    def _known_by_link(self, link, ksef_number="", acquired_at=None):
        image = link and self.env["account.move"]._l10n_pl_ksef_qr_image(link)
        return Known(
            ksef_number=ksef_number or "",
            acquired_at=acquired_at and self._in_poland(acquired_at),
            link=link or "",
            qr=image or b"",
        )

    def _in_poland(self, moment):
        """Return a stored moment as the clocks in Poland showed it."""
        zoned = self.with_context(tz="Europe/Warsaw")
        return fields.Datetime.context_timestamp(zoned, moment)

    def _link(self, company, invoice, xml):
        """Return the address of a document in KSeF; empty without a connection."""
        environment = company.sudo().l10n_pl_ksef_environment
        seller = invoice.Podmiot1 and nip(identity(invoice.Podmiot1).NIP)
        issued = invoice.Fa and day(invoice.Fa.P_1)
        if not (environment and seller and issued):
            return ""
        try:
            found = self.env["l10n_pl_ksef.gateway"]._environment(environment)
            return invoice_link(found, seller, issued, sha256_base64(xml))
        except (KsefError, ValueError):
            return ""

    @api.private
    def _values(self, invoice, known):
        """Return the values of the templates."""
        return {
            "picture": picture(Values(self.env), invoice, known),
            "label": Values(self.env).label,
            "qr": known.qr and f"data:image/png;base64,{known.qr.decode()}",
        }

    @api.private
    def _html(self, invoice, known):
        """Return a whole page, in the language of the environment.

        :param invoice: ``ksef.fa3.Invoice``, also an incomplete one
        :param known: ``Known``
        """
        return self.env["ir.qweb"]._render(_PAGE, self._values(invoice, known))

    @api.private
    def _pdf(self, invoice, known):
        """Return the picture as a PDF.

        :raises UserError: ``wkhtmltopdf`` is missing or fails
        """
        report = self.env.ref(REPORT).sudo()
        values = self._values(invoice, known)
        footer = self.env["ir.qweb"]._render(_FOOTER, values)
        return report._run_wkhtmltopdf(
            [str(self.env["ir.qweb"]._render(_PAGE, values))],
            report_ref=REPORT,
            footer=str(footer),
        )
