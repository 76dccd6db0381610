"""What a rule and a problem are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .shown import shown

ERROR = "error"
WARNING = "warning"


class Problem(NamedTuple):
    """Something wrong, or odd, about an invoice.

    :ivar level: ``error`` (nothing is sent) or ``warning``
    :ivar code: stable word of the broken rule
    :ivar message: the sentence, in the user's language
    :ivar model: model of the record to mend, with ``res_id`` and ``field``
    """

    level: str
    code: str
    message: str
    model: str
    res_id: int
    field: str | None


class Finding(NamedTuple):
    """One case of a broken rule: the record to mend, its field, words of the text."""

    record: Any
    field: str | None
    values: dict[str, Any]


def found(record, field=None, **values):
    return Finding(record, field, values)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a table of rules.

    :ivar text: lazily translated, placeholders as ``%(name)s``
    :ivar find: takes the ``Source``, yields ``Finding``
    """

    level: str
    code: str
    text: Any
    find: Callable

    def problems(self, env, source):
        for record, field, values in self.find(source) or ():
            text = env._(self.text)
            yield Problem(
                self.level,
                self.code,
                text % shown(env, values) if values else text,
                record._name,
                record.id,
                field,
            )
