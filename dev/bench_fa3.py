"""Our FA(3) against Odoo's own ``l10n_pl_edi``, and long invoices against short ones.

    dev/bench fa3 [--only-measure] [--rounds N]

Same database, same run, in turns, an empty record cache at each start. Ours includes
all checks and the official schema where it is at hand, core's is the rendering alone.
``ours`` prepares 100 invoices together, as the sender does; ``one_by_one`` some of them
in a loop, as core must. Turns are short and many, so that all see the same moods of the
machine.
"""

from dataclasses import replace
from functools import partial

import measuring
import odoo_env
from sample_copies import lengthen
from sample_invoices import make_posted_invoices

BATCH = 100
#: lines of an invoice -> (how many in a loop, how many times faster at least).
AGAINST_CORE = {5: (20, 30), 100: (2, 100)}
MOST_QUERIES = 2
#: times as many lines as in an invoice of 100.
LENGTHS = (1, 10, 100)
MOST_GROWTH = 1.3
#: KSeF takes no file of 10 000 rows (1 MB), but it is built and judged like any other.
_EXPECTED = {"too_large"}


def ours(moves) -> None:
    """Prepare all invoices together."""
    for prepared in moves._l10n_pl_ksef_prepare().values():
        wrong = {one.code for one in prepared.problems if one.level == "error"}
        if wrong - _EXPECTED:
            raise SystemExit(f"an invoice is refused: {prepared.problems}")


def one_by_one(moves) -> None:
    """Prepare one invoice after the other."""
    for move in moves:
        ours(move)


def core(moves) -> None:
    """Render with Odoo's own module."""
    for move in moves:
        move._l10n_pl_edi_render_xml()


def against_core(env, lines: int, looped: int, rounds: int) -> dict:
    """Compare at one length.

    :param looped: how many of the invoices are done one by one
    :return: the figures for one invoice
    """
    moves = make_posted_invoices(env, BATCH, lines)
    for work in (ours, core):  # templates compiled, tables of codes read
        work(moves[:1])
    works = {core: moves[:looped], ours: moves, one_by_one: moves[:looped]}
    costs = measuring.in_turns(
        env,
        rounds,
        **{each.__name__: partial(each, given) for each, given in works.items()},
    )
    found = {
        each.__name__: costs[each.__name__].per(len(given))
        for each, given in works.items()
    }
    faster = found["core"]["ms"] / found["ours"]["ms"]
    return {"lines": lines, **found, "faster": round(faster, 1)}


def of_length(env, rounds: int) -> dict:
    """Measure invoices of 100, 1 000 and 10 000 lines.

    :return: by source, microseconds for a line at each length
    """
    short = make_posted_invoices(env, 1, 100)
    plain, moves = {}, {}
    document = plain_document(short)
    for times in LENGTHS:
        move = lengthen(env, short, times, f"LONG/{times}")
        moves[str(100 * times)] = lambda move=move: ours(move)
        long = repeat_rows(document, times)
        plain[str(100 * times)] = lambda long=long: write(long)
    return {
        "plain": _per_line(measuring.in_turns(env, rounds, **plain)),
        "from_move": _per_line(measuring.in_turns(env, rounds, **moves)),
    }


def _per_line(costs) -> dict:
    return {
        lines: round(spent.cpu_ms * 1000 / int(lines), 1)
        for lines, spent in costs.items()
    }


def plain_document(move):
    """Return the document of a posted invoice as a value."""
    from odoo.addons.l10n_pl_ksef.ksef import fa3

    return fa3.parse(move._l10n_pl_ksef_prepare()[move].xml)


def repeat_rows(document, times: int):
    """Return the document with all its rows ``times`` times."""
    rows = document.Fa.FaWiersz * times
    numbered = (replace(row, NrWierszaFa=at) for at, row in enumerate(rows, 1))
    return replace(document, Fa=replace(document.Fa, FaWiersz=tuple(numbered)))


def write(document) -> None:
    """Check, build and serialise a plain document."""
    from odoo.addons.l10n_pl_ksef.ksef import fa3

    if fa3.check(document) or not fa3.build(document):
        raise SystemExit("the long document is wrong")


def _growth(by_lines: dict) -> float:
    return by_lines["10000"] / by_lines["100"]


def main() -> None:
    """Print the figures as one JSON object."""
    parser = measuring.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with odoo_env.open(options.database) as env:
        compared = [
            against_core(env, lines, looped, options.rounds)
            for lines, (looped, _least) in AGAINST_CORE.items()
        ]
        lengths = of_length(env, options.rounds)
        env.cr.rollback()
    verdict = measuring.Verdict()
    for found in compared:
        lines = found["lines"]
        least = AGAINST_CORE[lines][1]
        verdict.least(f"times_faster_{lines}_lines", found["faster"], least)
    queries = compared[0]["ours"]["queries"]
    verdict.most("queries_per_invoice", queries, MOST_QUERIES)
    for source, by_lines in lengths.items():
        verdict.most(f"growth_{source}", _growth(by_lines), MOST_GROWTH)
    verdict.tell({"compared": compared, "microseconds_per_line": lengths}, options)


if __name__ == "__main__":
    main()
