from . import account_move
from . import account_move_ksef_lock
from . import account_move_ksef_send
from . import account_move_send
from . import l10n_pl_ksef_document
from . import l10n_pl_ksef_gateway
from . import l10n_pl_ksef_session
