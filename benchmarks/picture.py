"""The picture of docs/performance.md."""


def picture(rates: dict[str, float]) -> str:
    """Bars of M1, for light and dark, by the name of the target."""
    shown = sorted(
        ((name, rate) for name, rate in rates.items() if name != "raw ASGI"),
        key=lambda each: -each[1],
    )
    height = 32 * len(shown) + 40
    bars = []
    for number, (name, rate) in enumerate(shown):
        top, width = 32 * number + 36, 375 * rate / shown[0][1]
        kind = "ours" if name == "Frontdesk" else "limit" if name == "bare Litestar" else "peer"
        bars.append(
            f'<text x="205" y="{top + 15}" text-anchor="end">{name}</text>'
            f'<rect class="{kind}" x="217" y="{top}" width="{max(width, 1):.1f}" height="20"/>'
            f'<text x="{225 + width:.1f}" y="{top + 15}">{rate:,.0f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" role="img"'
        ' aria-label="Signed-in reads a second">\n<style>text{font:13px system-ui,sans-serif;'
        "fill:#333}.ours{fill:#2563eb}.peer{fill:#9ca3af}.limit{fill:#d1d5db}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.ours{fill:#60a5fa}.peer{fill:#6b7280}"
        '.limit{fill:#4b5563}}</style>\n<text x="16" y="20">Signed-in reads a second, one process,'
        f" 32 connections</text>\n{chr(10).join(bars)}\n</svg>\n"
    )
