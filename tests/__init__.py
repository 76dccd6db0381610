from . import test_fa3_rates
from . import test_connect_wizard
from . import test_vault
from . import test_states
from . import test_sending
from . import test_bad_days
