"""A typed transport as FA(3) has it."""

from datetime import timezone

from ...ksef.fa3 import model
from .account_move_fa3_parties import identification
from .fa3_text import clean
from .l10n_pl_ksef_transport import OTHER


def transport(source, record):
    """Return the ``Transport`` of a ``l10n_pl_ksef.transport``."""
    is_other, has_other = record.kind == OTHER, record.cargo == OTHER
    return model.Transport(
        RodzajTransportu=None if is_other else int(record.kind),
        TransportInny=is_other or None,
        OpisInnegoTransportu=clean(record.kind_other) if is_other else None,
        Przewoznik=_carrier(source, record.carrier_id),
        NrZleceniaTransportu=clean(record.order_number),
        OpisLadunku=None if has_other else int(record.cargo),
        LadunekInny=has_other or None,
        OpisInnegoLadunku=clean(record.cargo_other) if has_other else None,
        JednostkaOpakowania=clean(record.package_unit),
        DataGodzRozpTransportu=_moment(record.starts_at),
        DataGodzZakTransportu=_moment(record.ends_at),
        WysylkaZ=_place(source, record.from_partner_id),
        WysylkaPrzez=tuple(
            filter(None, (_place(source, each) for each in record.via_partner_ids))
        ),
        WysylkaDo=_place(source, record.to_partner_id),
    )


def _carrier(source, partner):
    if not partner:
        return None
    identity = source.facts.identity(partner)
    return model.Przewoznik(
        DaneIdentyfikacyjne=identification(
            model.TPodmiot2, identity, clean(partner.name)
        ),
        AdresPrzewoznika=_place(source, partner),
    )


def _place(source, partner):
    """Return the address of a place; in Poland where no country says another."""
    return source.facts.address(partner, "PL") if partner else None


def _moment(value):
    return value.replace(tzinfo=timezone.utc) if value else None
