"""Makes the tables of README.md and benchmarks/README.md from the newest receipt of each benchmark.

`python benchmarks/tables.py` rewrites what stands between the `figures` marks; `--check` only compares.
"""

import json
import sys
from pathlib import Path
from typing import Any

from receipt import ROOT

PREDICTORS = ("product", "ridge", "knn", "lightgbm")
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->"
PROMISES = (
    ("rating_p99_ms_100k", "a rating to the re-ranked page, 100,000 items, p99", "ms", "≤ 50"),
    ("rating_p99_ms_10k", "the same, 10,000 items", "ms", "≤ 50"),
    ("start_s_100k", "start of the process to the first page, 100,000 items", "s", "≤ 1.0"),
    ("scan_files_per_cpu_s", "first scan, small tagged files per CPU-second", "files", "≥ 1,000"),
    ("scan_mb_per_cpu_s", "first scan, files of real size per CPU-second", "MB", "≥ 250"),
    ("rescan_s_2000", "unchanged rescan of 2,000 files", "s", "≤ 0.15"),
    ("idle_rss_mb", "memory of all processes at rest, 2,000 items", "MB", "≤ 140"),
    ("tls_range_mb_s", "a track over TLS on loopback", "MB/s", "≥ 150"),
    ("start_tls_s", "start of the process to the first answer over TLS", "s", "≤ 1.2"),
    ("guide_s", "the guide moves on after a phone trusts the house", "s", "≤ 3"),
    ("exact_1m_vs_numpy", "exact top 100 of 1M × 512, as fast as numpy", "times", "≥ 5"),
    ("exact_1m_vs_faiss_sq8", "the same, as fast as faiss SQ8", "times", "≥ 3.5"),
    ("ivf_1m_vs_faiss", "ten nearest of 1M × 512 by lists, as fast as faiss at recall 0.99", "times", "≥ 2"),
    ("ivf_1m_build_cpu_s", "lists of 1M × 512, built", "CPU-s", "≤ 25"),
    ("filter_1pct_1m_ms", "exact top 100 of 1 % of 1M × 512", "ms", "≤ 1"),
    ("minilm_texts_per_core_s", "texts of 20 words to vectors by MiniLM, 32 at a time", "a core-s", "≥ 400"),
    ("search_words_ms", "a search by words among 100,000 items, warm", "ms", "≤ 20"),
    ("search_meaning_ms", "the same with meaning", "ms", "≤ 100"),
    ("image_front_ms", "a picture of 12 megapixels made ready for a model", "ms", "≤ 15"),
    ("audio_realtime", "sound decoded and made ready for a model", "× real time", "≥ 300"),
    ("films_alone_20", "taste of films from 20 ratings, ρ above ridge", "", "≥ .04"),
    ("films_alone_100", "the same from 100", "", "≥ .04"),
    ("jokes_alone_20", "of jokes from 20", "", "≥ .02"),
    ("photos_alone_20", "of photos from 20", "", "≥ .02"),
    ("photos_household_20", "of photos from 20, with four others in the house", "", "≥ .15"),
    ("asking_saved_photos", "of the ratings spared by asking well, photos", "", "≥ .3"),
    ("rating_ms", "one rating learned, all kinds, 100,000 items", "ms", "≤ 5"),
    ("initial_js_gzip_kb", "scripts of the first screen, gzipped", "kB", "≤ 60"),
)


def newest() -> dict[str, dict[str, Any]]:
    """Benchmark name -> its newest receipt by date."""
    receipts = [json.loads(p.read_text("utf-8")) for p in (ROOT / "benchmarks/results").glob("*.json")]
    return {receipt["name"]: receipt for receipt in sorted(receipts, key=lambda one: one["date"])}


def shown(value: float) -> str:
    """Three significant digits, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def measured(receipt: dict[str, Any]) -> dict[str, Any]:
    """All that could be promised of a receipt."""
    return {**receipt["figures"], **receipt["ratios"], **gains(receipt)}


def promises(receipts: dict[str, dict[str, Any]]) -> str:
    """The first table: what was promised and what was measured."""
    figures = {
        key: (value, receipt)
        for receipt in receipts.values()
        for key, value in measured(receipt).items()
        if not isinstance(value, str)
    }
    rows = [
        f"| {says} | {bound} {unit} | **{shown(figures[key][0])}** {unit} |"
        for key, says, unit, bound in PROMISES
        if key in figures
    ]
    if not rows:
        return ""
    told = [figures[key][1] for key, *_ in PROMISES if key in figures]
    last = max(told, key=lambda one: str(one["date"]))
    machine = last["machine"]
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory']} GiB, {last['date'][:10]}"
    head = "| what | promised | measured |\n|---|---|---|\n"
    tail = f"\n\n{where}; `make bench`, receipts in `benchmarks/results/`.\n"
    return head + "\n".join(rows) + tail


def gains(receipt: dict[str, Any]) -> dict[str, float]:
    """By set, regime and number of ratings what the product's rank correlation is above ridge's."""
    sets = receipt["figures"].items() if receipt["name"] == "taste" else ()
    return {
        f"{name}_{regime}_{n}": told["product_minus_ridge"]["rho"]
        for name, regimes in sets
        for regime, by_n in regimes.items()
        for n, told in by_n.items()
        if "product_minus_ridge" in told
    }


def models(receipt: dict[str, Any]) -> str:
    """What each model does on that machine; "" where the receipt has none."""
    head = "| model | kind | items a second | first answer | memory | numbers | knows words | runs on |\n"
    rows = [
        f"| {one['name']} | {one['kind']} | {shown(one['per_s'])} | {one['first_s']:.1f} s "
        f"| {one['memory_mb']} MB | {one['dim']} | {'yes' if one['words'] else 'no'} "
        f"| {one['runs_on'] or 'itself'} |"
        for one in receipt.get("models", [])
    ]
    return "\n\n" + head + "|---|---|---|---|---|---|---|---|\n" + "\n".join(rows) if rows else ""


def details(receipts: dict[str, dict[str, Any]]) -> str:
    """The long table: every figure and ratio of every receipt."""
    parts = []
    for name, receipt in sorted(receipts.items()):
        facts = f"{receipt['date'][:10]} · load {receipt['load']} · {receipt['commit']}"
        head = f"### {name}\n\n`{receipt['command']}` · {facts}\n"
        rows = [
            f"| {key} | {value if isinstance(value, str) else shown(value)} |"
            for key, value in [*receipt["figures"].items(), *receipt["ratios"].items()]
            if not isinstance(value, dict)
        ]
        people = taste(receipt["figures"]) if name == "taste" else ""
        parts.append(
            head + people + "\n| figure | value |\n|---|---|\n" + "\n".join(rows) + models(receipt) + "\n"
        )
    return "\n".join(parts)


def taste(figures: dict[str, Any]) -> str:
    """Rank correlation of each predictor, by set, regime and number of ratings, and our band's coverage."""
    head = f"\n| ρ on | n | {' | '.join(PREDICTORS)} | product − ridge | 80 % band |\n|{'---|' * 8}\n"
    rows = []
    for name, regimes in sorted(figures.items()):
        for regime, by_n in regimes.items():
            for n, told in by_n.items() if name != "asking" else ():
                found = [f"{told[one]['rho']:.3f}" if one in told else "absent" for one in PREDICTORS]
                apart = told["product_minus_ridge"]
                interval = f"{apart['rho']:+.3f} ({apart['low']:+.3f} … {apart['high']:+.3f})"
                cells = [f"{name}, {regime}", n, *found, interval, f"{told['product']['coverage80']:.3f}"]
                rows.append(f"| {' | '.join(cells)} |")
    return head + "\n".join(rows) + "\n"


def pages() -> dict[Path, str]:
    """Each page as it should stand."""
    receipts = newest()
    made = {"README.md": promises(receipts), "benchmarks/README.md": details(receipts)}
    wanted = {}
    for name, table in made.items():
        before, rest = (ROOT / name).read_text("utf-8").split(BEGIN)
        wanted[ROOT / name] = before + BEGIN + table + END + rest.split(END)[1]
    return wanted


def main(arguments: list[str]) -> int:
    """Rewrite the pages, or with `--check` say which are stale; returns the exit status."""
    stale = {path: text for path, text in pages().items() if path.read_text("utf-8") != text}
    if "--check" in arguments:
        print(*(f"{path.name} is stale: run `python benchmarks/tables.py`" for path in stale), sep="\n")
        return int(bool(stale))
    for path, text in stale.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
