from . import l10n_pl_ksef_outage
from . import l10n_pl_ksef_document_offline
from . import account_move_offline
from . import l10n_pl_ksef_document_watch
from . import l10n_pl_ksef_document_correction
from . import l10n_pl_ksef_latarnia
from . import account_move_jpk
from . import account_move_hand_over
