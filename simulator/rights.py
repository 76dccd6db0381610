"""Which permissions a subject has in a context, and for whom a context may issue.

Source: ksef-api.md §13 (permissions), §11 (rights, code 410).
"""

from __future__ import annotations

from .state import Grant, Identifier, State

SELF_INVOICING = "SelfInvoicing"
TAX_REPRESENTATIVE = "TaxRepresentative"
RR_INVOICING = "RRInvoicing"
_ALL_PARTNERS = "AllPartners"
_OWNER = "Owner"


def permissions_of(
    state: State, subject: Identifier, context: Identifier
) -> tuple[str, ...]:
    """Return the permissions of a subject in a context, sorted; empty when none.

    The owner of a NIP context has ``Owner``, which stands for all of them.
    """
    found = {
        grant.permission
        for grant in state.grants.values()
        if grant.authorized == subject and reaches(state, grant, context)
    }
    if is_owner(state, subject, context):
        found.add(_OWNER)
    if _is_bailiff(state, subject, context):
        found.add("EnforcementOperations")
    return tuple(sorted(found))


def is_owner(state: State, subject: Identifier, context: Identifier) -> bool:
    """Tell whether a context is the subject's own: same NIP, or its person."""
    if context.type != "Nip":
        return False
    if subject.type == "Nip":
        return subject.value == context.value
    person = state.persons.get(context.value)
    return bool(person and subject == Identifier("Pesel", person.pesel))


def _is_bailiff(state: State, subject: Identifier, context: Identifier) -> bool:
    """Tell whether the owner of the context is a court bailiff."""
    person = state.persons.get(context.value)
    return bool(person and person.is_bailiff and is_owner(state, subject, context))


def reaches(state: State, grant: Grant, context: Identifier) -> bool:
    """Tell whether a grant is good in ``context``.

    A direct one in its own context. An intermediary's when it targets that context or
    all partners and the context gave the intermediary the same right with
    ``canDelegate``.
    """
    if grant.target is None:
        return grant.context == context
    if grant.target.type != _ALL_PARTNERS and grant.target != context:
        return False
    return any(
        other.context == context
        and other.authorized == grant.context
        and other.permission == grant.permission
        and other.can_delegate
        for other in state.grants.values()
    )


def is_deceased(state: State, subject: Identifier) -> bool:
    """Tell whether the credentials are those of a person marked as deceased."""
    return any(
        person.is_deceased
        and subject
        in (Identifier("Pesel", person.pesel), Identifier("Nip", person.nip))
        for person in state.persons.values()
    )


def may_issue_for(
    state: State, context: Identifier, seller: str, buyers: set[str]
) -> bool:
    """Tell whether a context may issue an invoice of ``seller`` (NIP).

    Own invoices; self-billing when the context is a buyer of the invoice and the seller
    allowed it; tax representative; a member of the context's VAT group or a unit of its
    local government.

    :param buyers: NIP numbers of the invoice's buyers
    """
    own = context.value.partition("-")[0]
    if own == seller:
        return True
    kinds = {TAX_REPRESENTATIVE}
    if own in buyers:
        kinds |= {SELF_INVOICING, RR_INVOICING}
    for authorization in state.authorizations.values():
        if (
            authorization.grantor_nip == seller
            and authorization.authorized == Identifier("Nip", own)
            and authorization.kind in kinds
        ):
            return True
    group = state.subjects.get(own)
    return bool(group and seller in group.subunits)
