"""A local KSeF: developer tool, demo back end and test double.

It plays the TEST environment over plain HTTP and is as strict as the real system. It
shares no code with ``ksef/``: it decrypts and verifies with its own means, so that a
mistake made there is found here.

* ``python -m simulator`` starts it (see ``__main__``);
* ``with simulator.running() as sim:`` starts it inside a test (see ``server``);
* ``handlers/`` holds the endpoints, one idea per module; ``routes`` is the URL table;
* ``state`` holds everything that a database would hold.
"""

from .config import Config
from .server import RunningSimulator, running

__all__ = ["Config", "RunningSimulator", "running"]
