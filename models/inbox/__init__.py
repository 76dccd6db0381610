from . import res_company_inbox
from . import l10n_pl_ksef_inbound
from . import l10n_pl_ksef_fetch
from . import inbound_booking
from . import inbound_actions
from . import inbound_warnings
from . import account_journal_fetch
from . import account_move_inbox
