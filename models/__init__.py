from . import sending
from . import connection
from . import fa3
from . import policy
from . import offline
from . import bills
from . import picture
from . import inbox
