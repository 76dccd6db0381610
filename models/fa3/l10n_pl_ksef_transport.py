"""A transport of the goods that are sold: means, carrier, cargo, route."""

from odoo import fields, models

OTHER = "other"
KINDS = [
    ("1", "Sea transport"),
    ("2", "Rail transport"),
    ("3", "Road transport"),
    ("4", "Air transport"),
    ("5", "Mail"),
    ("7", "Fixed transport installations"),
    ("8", "Inland waterway transport"),
    (OTHER, "Other"),
]
CARGOES = [
    ("1", "Can"),
    ("2", "Barrel"),
    ("3", "Cylinder"),
    ("4", "Carton"),
    ("5", "Canister"),
    ("6", "Cage"),
    ("7", "Container"),
    ("8", "Basket"),
    ("9", "Chip basket"),
    ("10", "Collective packaging"),
    ("11", "Parcel"),
    ("12", "Packet"),
    ("13", "Pallet"),
    ("14", "Receptacle"),
    ("15", "Receptacle for solid bulk cargo"),
    ("16", "Receptacle for liquid bulk cargo"),
    ("17", "Box"),
    ("18", "Tin"),
    ("19", "Crate"),
    ("20", "Sack"),
    (OTHER, "Other"),
]


class Transport(models.Model):
    _name = "l10n_pl_ksef.transport"
    _inherit = "l10n_pl_ksef.part"
    _description = "Transport on a KSeF invoice"
    _rec_name = "kind"

    kind = fields.Selection(
        KINDS, string="Means of transport", default="3", required=True
    )
    kind_other = fields.Char("Other means", size=50)
    carrier_id = fields.Many2one("res.partner")
    order_number = fields.Char("Transport order", size=256)
    cargo = fields.Selection(CARGOES, default="13", required=True)
    cargo_other = fields.Char("Other cargo", size=50)
    package_unit = fields.Char("Unit of packaging", size=256)
    starts_at = fields.Datetime("Start")
    ends_at = fields.Datetime("End")
    from_partner_id = fields.Many2one("res.partner", "Sent from")
    via_partner_ids = fields.Many2many(
        "res.partner", "l10n_pl_ksef_transport_via_rel", string="Sent through"
    )
    to_partner_id = fields.Many2one("res.partner", "Sent to")
