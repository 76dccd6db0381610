"""HTML of the pages that people see: layout, tables, escaping.

No script, no external asset; every text that comes from outside is escaped here.
Called by ``handlers/verification`` and ``handlers/status_page``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from werkzeug import Response

_STYLE = """
:root{--red:#dc0032;--ink:#1b1b1b;--soft:#f3f4f6;--line:#d6d8dc;--blue:#0052a5}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,Segoe UI,Roboto,Arial,sans-serif;
color:var(--ink);background:var(--soft)}
header{background:#fff;border-bottom:3px solid var(--red);padding:16px 24px}
header b{color:var(--red);font-size:1.25em}
header span{margin-left:12px}
header small{display:block;color:#555}
main{max-width:1280px;margin:24px auto;padding:0 16px}
main.narrow{max-width:760px}
section{background:#fff;border:1px solid var(--line);border-radius:6px;
padding:16px 20px;margin:0 0 20px;overflow-x:auto}
h1{font-size:1.4em;margin:0 0 4px}h2{font-size:1.1em;margin:0 0 10px}
.verdict{border-left:8px solid var(--line)}
.good{border-left-color:#18794e}.good h1{color:#18794e}
.bad{border-left-color:var(--red)}.bad h1{color:var(--red)}
.wait{border-left-color:#b06f00}.wait h1{color:#8a5700}
.en{color:#555;font-size:.9em}
table{border-collapse:collapse;width:100%;font-size:.92em}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:break-word}
th{color:#444;font-weight:600;white-space:nowrap}
dl{display:grid;grid-template-columns:minmax(150px,34%) 1fr;gap:6px 16px;margin:0}
dt{color:#444}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
a{color:var(--blue)}
footer{color:#555;font-size:.85em;text-align:center;padding:8px 16px 32px}
"""
_FOOTER = (
    "Symulator KSeF: środowisko deweloperskie, żadna faktura nie trafia do "
    "Ministerstwa Finansów. / KSeF simulator: a developer tool, nothing leaves it."
)


def layout(
    title: str, main: str, *, refresh_seconds: int = 0, narrow: bool = False
) -> str:
    """Put a page together.

    :param title: plain text
    :param main: HTML that is safe already
    """
    refresh = (
        f'<meta http-equiv="refresh" content="{refresh_seconds}">'
        if refresh_seconds
        else ""
    )
    css_class = ' class="narrow"' if narrow else ""
    return (
        '<!doctype html><html lang="pl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{refresh}<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        "<header><b>KSeF</b><span>Krajowy System e-Faktur</span>"
        "<small>Symulator / Simulator</small></header>"
        f"<main{css_class}>{main}</main><footer>{_FOOTER}</footer></body></html>"
    )


def html_response(text: str, status: int = 200) -> Response:
    """Answer with a page that may load nothing from anywhere."""
    response = Response(text, status=status, mimetype="text/html")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response


def section(title: str, content: str, english: str = "") -> str:
    """Make a box with a heading; ``content`` is HTML that is safe already."""
    small = f' <span class="en">{escape(english)}</span>' if english else ""
    return f"<section><h2>{escape(title)}{small}</h2>{content}</section>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Make a table; the cells are HTML that is safe already (see :func:`cell`)."""
    body = "".join(
        f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in rows
    )
    if not body:
        return "<p>Brak. <span class='en'>None.</span></p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def facts(rows: Iterable[tuple[str, str, str | None]]) -> str:
    """Make a list of (Polish label, English label, plain value), without empty ones."""
    shown = "".join(
        f'<dt>{escape(label)} <span class="en">{escape(english)}</span></dt>'
        f"<dd>{escape(value)}</dd>"
        for label, english, value in rows
        if value
    )
    return f"<dl>{shown}</dl>"


def cell(value: object) -> str:
    """Escape a value for a table; ``None`` is empty."""
    return "" if value is None else escape(str(value))


def link(address: str, text: str) -> str:
    """Make a link."""
    return f'<a href="{escape(address, quote=True)}">{escape(text)}</a>'
