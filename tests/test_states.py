"""The tables of states: closed in themselves and as the README draws them."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ..models.common import document_states as doc
from ..models.common import session_states as ses


@tagged("post_install_l10n", "post_install", "-at_install")
class TestStates(TransactionCase):
    def test_every_state_has_a_row_and_a_label(self):
        for states in (doc, ses):
            labelled = {state for state, _label in states.STATES}
            self.assertEqual(set(states.TRANSITIONS), labelled)
            for followers in states.TRANSITIONS.values():
                self.assertLessEqual(followers, labelled)

    def test_final_states_lead_nowhere(self):
        self.assertEqual(
            {state for state, after in doc.TRANSITIONS.items() if not after},
            set(doc.FINAL),
        )

    def test_readme_draws_the_table(self):
        drawn = "\n".join(
            f"    {state:<10} → {', '.join(sorted(after))}"
            for state, after in doc.TRANSITIONS.items()
            if after
        )
        readme = Path(__file__).parents[1] / "README.md"
        self.assertIn(drawn, readme.read_text(encoding="utf-8"))
