from . import l10n_pl_ksef_connect, l10n_pl_ksef_connect_pair, l10n_pl_ksef_disconnect
from . import l10n_pl_ksef_connect_notices
from . import l10n_pl_ksef_policy
from . import account_move_reversal
from . import l10n_pl_ksef_policy_inbox
from . import l10n_pl_ksef_inbound_merge, l10n_pl_ksef_inbound_set_aside
from . import l10n_pl_ksef_inbound_assign
from . import l10n_pl_ksef_extra_taxes, l10n_pl_ksef_invoice_details
from . import l10n_pl_ksef_give_up
