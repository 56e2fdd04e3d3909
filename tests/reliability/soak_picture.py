"""The picture of a soak, for light and dark."""

from collections.abc import Mapping, Sequence

from tests.reliability.soak import GROWTH, Sample

WIDTH, HEIGHT = 300, 90
GAP_X, GAP_Y = 70, 56
LEFT, TOP = 16, 52


def picture(soaks: Mapping[str, Sequence[Sample]]) -> str:
    """A column for each engine, a row for each figure; every axis begins at 0."""
    drawn = [
        _plot(name, engine, samples, column, row)
        for column, (engine, samples) in enumerate(soaks.items())
        for row, name in enumerate(GROWTH)
    ]
    width = LEFT + len(soaks) * (WIDTH + GAP_X)
    height = TOP + len(GROWTH) * (HEIGHT + GAP_Y)
    minutes = max(samples[-1].minutes for samples in soaks.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="What the service holds during {minutes:.0f} minutes of use">\n'
        "<style>text{font:13px system-ui,sans-serif;fill:#333}polyline{fill:none;stroke:#2563eb;"
        "stroke-width:1.5}line{stroke:#9ca3af}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}polyline{stroke:#60a5fa}}</style>\n"
        f'<text x="{LEFT}" y="20">{minutes:.0f} minutes of use, from the start</text>\n'
        f"{chr(10).join(drawn)}\n</svg>\n"
    )


def _plot(name: str, engine: str, samples: Sequence[Sample], column: int, row: int) -> str:
    left, top = LEFT + column * (WIDTH + GAP_X), TOP + row * (HEIGHT + GAP_Y)
    values = [sample.values[name] for sample in samples]
    most, last = max(values) or 1, samples[-1].minutes
    points = " ".join(
        f"{left + WIDTH * sample.minutes / last:.1f},{top + HEIGHT * (1 - value / most):.1f}"
        for sample, value in zip(samples, values, strict=True)
    )
    bottom = top + HEIGHT
    return (
        f'<text x="{left}" y="{top - 8}">{engine}: {name}</text>'
        f'<line x1="{left}" x2="{left + WIDTH}" y1="{bottom}" y2="{bottom}"/>'
        f'<polyline points="{points}"/>'
        f'<text x="{left + WIDTH + 4}" y="{top + HEIGHT * (1 - values[-1] / most) + 4:.1f}">'
        f"{values[-1]:,.0f}</text>"
    )
