from . import res_company_payments
from . import l10n_pl_ksef_collective
from . import account_move_payments
from . import account_payment_register
