from . import l10n_pl_ksef_picture
from . import account_move_picture
from . import ir_actions_report_picture
