"""Turns coloured terminal output (standard input) into a page. usage: terminal.py COMMAND"""

import html
import re
import sys

COLOURS = {"31": "#ff6b6b", "32": "#98c379", "33": "#e5c07b", "34": "#61afef", "36": "#56b6c2"}


def style(code):
    rules = []
    for part in code.split(";"):
        if part == "1":
            rules.append("font-weight:bold")
        elif part == "2":
            rules.append("opacity:.6")
        elif part == "41":
            rules.append("background:#c0392b")
        elif part == "97":
            rules.append("color:#fff")
        elif part in COLOURS:
            rules.append(f"color:{COLOURS[part]}")
    return ";".join(rules)


def page(text):
    out, is_open = [], False
    for piece in re.split(r"(\x1b\[[0-9;]*m)", text):
        match = re.fullmatch(r"\x1b\[([0-9;]*)m", piece)
        if not match:
            out.append(html.escape(piece))
            continue
        if is_open:
            out.append("</span>")
        is_open = match[1] not in ("", "0")
        if is_open:
            out.append(f'<span style="{style(match[1])}">')
    return "".join(out)


print('<!doctype html><meta charset="utf-8"><body style="margin:0;background:#1b1f24;color:#d8dee6;padding:16px">'
      '<pre style="font:14px/19px DejaVu Sans Mono,monospace;margin:0">'
      f'<span style="color:#98c379">$</span> {html.escape(sys.argv[1])}\n{page(sys.stdin.read())}</pre>')
