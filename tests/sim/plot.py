#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draws tests/sim/goodput.txt as SVG: doc/goodput-loss.svg, doc/goodput-buffer.svg and
doc/goodput-reorder.svg.   plot.py [--check]   --check: say whether they are of the present figures."""
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LOSSES = ["0", "0.1", "1", "3", "5", "10", "20"]
BUFFERS = ["0.1", "0.5", "1", "8"]
RTTS = ["0.1", "1", "10", "50", "100", "300"]
COLOURS = {"reno": "#888888", "cubic": "#1f77b4", "bbr": "#d62728", "bbr3": "#2ca02c"}
PANEL_W, PANEL_H, LEFT, TOP_M, COLS = 230, 150, 46, 44, 3


def read():
    """{(cc, rtt, buffer, reorder): [percent per loss]}"""
    table = {}
    with open(os.path.join(TOP, "tests/sim/goodput.txt")) as f:
        for line in f:
            m = re.match(r"(\w+) rtt=(\S+)ms buffer=(\S+)BDP reorder=(\d+)%: (.*)", line)
            if m:
                table[m.group(1, 2, 3, 4)] = [float(x) for x in m.group(5).split()]
    return table


def panel(x0, y0, title, labels, lines):
    """One small diagram; lines: [(colour, [y or None])]"""
    w, h = PANEL_W - LEFT - 10, PANEL_H - 50
    out = [f'<text x="{x0 + LEFT + w / 2:.0f}" y="{y0 - 6}" class="t">{title}</text>',
           f'<rect x="{x0 + LEFT}" y="{y0}" width="{w}" height="{h}" class="f"/>']
    for pct in (0, 25, 50, 75, 100):
        y = y0 + h - h * pct / 100
        out.append(f'<line x1="{x0 + LEFT}" y1="{y:.1f}" x2="{x0 + LEFT + w}" y2="{y:.1f}" class="g"/>')
        out.append(f'<text x="{x0 + LEFT - 4}" y="{y + 3:.1f}" class="y">{pct}</text>')
    step = w / (len(labels) - 1)
    for i, text in enumerate(labels):
        out.append(f'<text x="{x0 + LEFT + i * step:.1f}" y="{y0 + h + 13}" class="x">{text}</text>')
    for colour, ys in lines:
        points = " ".join(f"{x0 + LEFT + i * step:.1f},{y0 + h - h * min(y, 100) / 100:.1f}"
                          for i, y in enumerate(ys))
        out.append(f'<polyline points="{points}" stroke="{colour}" class="l"/>')
    return out


def figure(title, below, labels, series):
    """series(cc, rtt) gives the values of one line."""
    rows = (len(RTTS) + COLS - 1) // COLS
    width, height = COLS * PANEL_W + 10, TOP_M + rows * PANEL_H + 24
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">',
           "<style>.t{text-anchor:middle;font-weight:bold}.x{text-anchor:middle}.y{text-anchor:end}"
           ".f{fill:none;stroke:#333}.g{stroke:#ddd}.l{fill:none;stroke-width:1.6}</style>",
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="{LEFT}" y="16" font-size="12">{title}</text>']
    for i, (cc, colour) in enumerate(COLOURS.items()):
        x = width - 210 + i * 52
        out.append(f'<line x1="{x}" y1="12" x2="{x + 14}" y2="12" stroke="{colour}" stroke-width="2"/>')
        out.append(f'<text x="{x + 17}" y="15">{cc}</text>')
    for i, rtt in enumerate(RTTS):
        out += panel(i % COLS * PANEL_W, TOP_M + i // COLS * PANEL_H, f"{rtt} ms", labels,
                     [(colour, series(cc, rtt)) for cc, colour in COLOURS.items()])
    out.append(f'<text x="{width / 2:.0f}" y="{height - 8}" class="x">{below}</text></svg>\n')
    return "\n".join(out)


def figures():
    t = read()
    yield "goodput-loss.svg", figure("Goodput in % of the link, buffer of 1 BDP", "loss in %", LOSSES,
                                     lambda cc, rtt: t[cc, rtt, "1", "0"])
    yield "goodput-buffer.svg", figure("Goodput in % of the link, no random loss",
                                       "depth of the bottleneck's buffer in BDP", BUFFERS,
                                       lambda cc, rtt: [t[cc, rtt, b, "0"][0] for b in BUFFERS])
    yield "goodput-reorder.svg", figure("Goodput in % of the link, buffer of 8 BDP, 5 % of the packets "
                                        "a quarter RTT late", "loss in %", LOSSES,
                                        lambda cc, rtt: t[cc, rtt, "8", "5"])


def main():
    stale = []
    for name, text in figures():
        path = os.path.join(TOP, "doc", name)
        old = open(path).read() if os.path.exists(path) else None
        if old != text and "--check" in sys.argv:
            stale.append(name)
        elif old != text:
            with open(path, "w") as f:
                f.write(text)
    if stale:
        sys.exit("not of the present tests/sim/goodput.txt, run tests/sim/plot.py: " + " ".join(stale))


if __name__ == "__main__":
    main()
