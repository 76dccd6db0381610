"""A new means of transport sold to another EU country (P_22)."""

from odoo import api, fields, models

LAND = "land"
WATER = "water"
AIR = "air"


class Vehicle(models.Model):
    _name = "l10n_pl_ksef.vehicle"
    _inherit = "l10n_pl_ksef.part"
    _description = "New means of transport on a KSeF invoice"
    _rec_name = "make"

    line_id = fields.Many2one(
        "account.move.line",
        "Invoice row",
        index=True,
        ondelete="cascade",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        help="The row that sells it; a saved invoice offers its rows. Empty: the next"
        " row of such goods that is not chosen elsewhere.",
    )
    kind = fields.Selection(
        [(LAND, "Land vehicle"), (WATER, "Vessel"), (AIR, "Aircraft")],
        default=LAND,
        required=True,
    )
    first_used = fields.Date(
        "Admitted to use", required=True, help="Day of the first admission to use."
    )
    make = fields.Char(size=256)
    model = fields.Char(size=256)
    colour = fields.Char(size=256)
    plate = fields.Char("Registration number", size=256)
    year = fields.Char("Year of manufacture", size=4)
    usage = fields.Char(
        "Mileage or hours",
        size=256,
        required=True,
        help="Kilometres of a land vehicle, working hours of a vessel or aircraft.",
    )
    identifier_kind = fields.Selection(
        [
            ("P_22B1", "VIN"),
            ("P_22B2", "Body number"),
            ("P_22B3", "Chassis number"),
            ("P_22B4", "Frame number"),
        ],
        string="Kind of number",
        default="P_22B1",
        help="Of a land vehicle; a vessel has its hull number, an aircraft its"
        " serial number.",
    )
    identifier = fields.Char("Number", size=256)
    type_name = fields.Char("Type", size=256, help="Of a land vehicle.")

    @api.onchange("line_id")
    def _onchange_line_id(self):
        self.kind = self.line_id.product_id.l10n_pl_ksef_new_transport or self.kind
