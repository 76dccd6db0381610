"""FA(3), the structure of a Polish e-invoice, in plain Python.

* ``model`` has the document as frozen values, ``structure`` and ``facets`` the words
  it is described with; ``plans`` and ``groups`` compile that description.
* :func:`parse` reads FA(3) and FA(2), :func:`build` writes, :func:`check` judges;
  ``schema`` runs the official XSD over the finished bytes.
* ``text`` makes texts and numbers fit, ``codes`` has the code lists, ``problems``
  the words for what is wrong.
"""

from .build import build
from .check import check
from .model import Invoice
from .parse import parse
from .problems import Problem

__all__ = ["Invoice", "Problem", "build", "check", "parse"]
