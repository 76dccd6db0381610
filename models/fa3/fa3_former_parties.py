"""Buyers and seller as the corrected invoice shows them (Podmiot1K, Podmiot2K).

Only a correction of names or addresses has them. A wrong tax number is not corrected
so: that invoice goes to zero, and a new one out.
"""

from dataclasses import replace

from ...ksef.fa3 import model

#: links the buyer with its former data (IDNabywcy).
BUYER_KEY = "0001"
#: Podmiot3/Rola of a further buyer.
CO_BUYER = 4
_NUMBERS = ("NIP", "KodUE", "NrVatUE", "KodKraju", "NrID")


def former_buyer(source):
    """Return Podmiot2K: the buyer on the corrected invoice, where it changed."""
    sent = source.sent if source.corrects_parties else None
    if not sent or not sent.Podmiot2:
        return ()
    now = source.move._l10n_pl_ksef_fa3_buyer_data(source)
    was = sent.Podmiot2.DaneIdentyfikacyjne, sent.Podmiot2.Adres
    if was == now:
        return ()
    return (
        model.Podmiot2K(DaneIdentyfikacyjne=was[0], Adres=was[1], IDNabywcy=BUYER_KEY),
    )


def former_seller(source):
    """Return Podmiot1K: the seller on the corrected invoice, where it changed."""
    sent = source.sent if source.corrects_parties else None
    if not sent or not sent.Podmiot1:
        return None
    now = source.move._l10n_pl_ksef_fa3_seller(source)
    was = sent.Podmiot1
    if (was.DaneIdentyfikacyjne, was.Adres) == (now.DaneIdentyfikacyjne, now.Adres):
        return None
    return model.Podmiot1K(
        PrefiksPodatnika=was.PrefiksPodatnika,
        DaneIdentyfikacyjne=was.DaneIdentyfikacyjne,
        Adres=was.Adres,
    )


def changed_co_buyers(source, parties):
    """Yield the further buyers whose data changed: now, as they were, and their key.

    :param parties: ``Podmiot3`` of the correction
    """
    sent = source.sent if source.corrects_parties else None
    if not sent:
        return
    former = {_numbers(one): one for one in sent.Podmiot3 if one.Rola == CO_BUYER}
    for position, now in enumerate(parties, 2):
        was = former.get(_numbers(now)) if now.Rola == CO_BUYER else None
        if not was or was.DaneIdentyfikacyjne.IDWew:
            continue
        if (was.DaneIdentyfikacyjne, was.Adres) != (now.DaneIdentyfikacyjne, now.Adres):
            yield now, was, f"{position:04d}"


def former_co_buyers(source):
    """Return Podmiot2K of the further buyers, where their data changed."""
    parties = source.move._l10n_pl_ksef_fa3_third_parties(source)
    bare = tuple(replace(party, IDNabywcy=None) for party in parties)
    return tuple(
        model.Podmiot2K(
            DaneIdentyfikacyjne=model.TPodmiot2(
                **{
                    name: getattr(was.DaneIdentyfikacyjne, name)
                    for name in (*_NUMBERS, "BrakID", "Nazwa")
                }
            ),
            Adres=was.Adres,
            IDNabywcy=key,
        )
        for _now, was, key in changed_co_buyers(source, bare)
    )


def _numbers(party):
    return tuple(getattr(party.DaneIdentyfikacyjne, name) for name in _NUMBERS)
