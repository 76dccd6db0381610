"""What the fitting rules say of one document: the first that says it decides."""

from .fa3_import_reading import PERCENTAGES
from .inbound_rule_facts import Facts, contains, words_of


class Guide:
    """The rules for one document on its way to a bill.

    :ivar rules: fitting rules, in order (may be empty)
    :ivar company: where the bill is booked
    :param user: responsible person, when somebody has chosen one
    """

    def __init__(self, rules, facts, company, user=None):
        self._user = user
        self.rules = rules
        self.facts = facts
        # A rule made for another branch says nothing about this one's books.
        self.company = rules.branch_id[:1] or company
        self._mine = rules.filtered(
            lambda rule: not rule.branch_id or rule.branch_id == self.company
        )

    @classmethod
    def of(cls, reading, company):
        """Return the guide of a document that ``company`` has received."""
        facts = Facts.of(reading)
        model = company.env["l10n_pl_ksef.inbound.rule"]
        return cls(model._fitting(company, facts), facts, company)

    def staying(self, company, user=None):
        """Return the guide for a branch (and person) that somebody has chosen."""
        rules = self.rules.filtered(
            lambda rule: not rule.branch_id or rule.branch_id == company
        )
        return Guide(rules, self.facts, company, user)

    @property
    def user(self):
        return self._user or self._mine.user_id[:1]

    @property
    def booking(self):
        return next(filter(None, self._mine.mapped("booking")), None)

    @property
    def journal(self):
        return self._usable("journal_id", "company_id")

    def line_values(self, name):
        """Return account and analytics of a row; ``name``: as the document has it."""
        rules = self._for_row(name)
        values = {}
        account = self._usable("account_id", "company_ids", rules)
        if account:
            values["account_id"] = account.id
        analytic = next(filter(None, rules.mapped("analytic_distribution")), None)
        if analytic:
            values["analytic_distribution"] = analytic
        return values

    def tax(self, name, rate):
        """Return the tax of a row at a KSeF rate; empty: no rule has one for it."""
        rules = self._for_row(name).filtered(
            lambda rule: rule.tax_id.amount == PERCENTAGES.get(rate)
        )
        return self._usable("tax_id", "company_id", rules)

    def _for_row(self, name):
        """Return the rules without words, and those whose words the row has.

        Words that no row has, only a remark, stand for the whole invoice.
        """
        return self._mine.filtered(lambda rule: self._is_for_row(rule, name))

    def _is_for_row(self, rule, name):
        words = words_of(rule.words)
        if not words or not contains(self.facts.rows, words):
            return True
        return contains([" ".join((name or "").split()).casefold()], words)

    def _usable(self, field, company_field, rules=None):
        """Return the first record of ``field`` that the booking company may use."""
        found = (self._mine if rules is None else rules)[field]
        line = self.company.sudo().parent_ids
        return found.filtered(lambda record: record[company_field] & line)[:1]
