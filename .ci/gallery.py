"""Draws docs/gallery.md and docs/gallery/ from shipped scenarios: every chart with the question that it answers.

Arguments: the program; with --check nothing is written, and the run fails where a chart is missing from the gallery or
one of it is no longer drawn (pictures may differ in the last digit of a number; words of the document may not).
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "docs" / "gallery"

# What is run; of each, the charts that the ones before it have not drawn are taken.
RUNS = [
    ("run", "scenarios/baseline.toml", "--replications", "20"),
    ("run", "scenarios/what_if/pass_shut.toml", "--replications", "20"),
    ("compare", "scenarios/baseline.toml", "scenarios/what_if/reloading_90.toml", "--replications", "20"),
    ("knockout", "scenarios/baseline.toml", "--replications", "5"),
    ("validate", "scenarios/baseline.toml", "--targets", "validation/half_year_2022.toml"),
    ("capacity", "scenarios/baseline.toml", "--limit", "waiting_share <= 0.15", "--replications", "4"),
    ("sweep", "scenarios/sweeps/reloading_cranes.toml", "--replications", "4"),
    ("capacity", "scenarios/baseline.toml", "--limit", "waiting_share <= 0.15", "--replications", "4", "--over", "places.horgos.exchange.west.quota=13/day,14/day"),
    ("sensitivity", "scenarios/sweeps/screening.toml", "--replications", "2"),
    ("optimise", "scenarios/sweeps/cheapest_horgos.toml"),
]

# By the begin of the id: what a planner asks.
QUESTIONS = {
    "waterfall_total": "Where do all train-hours go, by place and cause?",
    "waterfalls": "Where do the hours go in each scenario, side by side?",
    "waterfall": "Where does the time of a train go, by place and cause?",
    "stringline": "Where is each train at each moment, where does it stand, and for what?",
    "stringline_folded": "At which hours of the week do trains stand, and for what?",
    "occupancy": "How full is each place over time?",
    "transit": "How long is a train on its way from end to end?",
    "alternatives": "Which is the cheapest way to keep a limit?",
    "search": "How many trains a day can be taken?",
    "utilisation_week": "In which hours of the week is a facility busy?",
    "queue": "How many trains wait at each place over time, and how sure is that?",
    "dwell": "How long do trains stay at a place, the usual and the slowest ones?",
    "utilisation": "Which facility is near its limit?",
    "trains_per_day": "How many trains a day pass, against the limits that are stated?",
    "differences": "What does a change buy, and how sure is that?",
    "knockout": "Which element hurts most when it is closed?",
    "validation": "Does the model agree with what was published?",
    "gantt": "Who is in which berth, at which crane and desk, hour by hour?",
    "calendar": "Which days of the half year are the bad ones?",
    "map": "Where do the trains go, and where are they delayed?",
    "warm_up": "From when on is the begin of the run forgotten?",
    "tornado": "Which factor moves the answer most?",
    "indices": "What share of the spread comes from which factor?",
    "response": "How does the answer follow a factor?",
    "heat": "How does the answer follow two factors together?",
    "parallel": "Which settings of all factors lead to good answers?",
    "frontier": "How many trains can be taken at which service?",
    "recovery": "How long does it take to come back after a closure?",
}

# Of these there are many in a folder, named for what they are of.
KINDS = ("stringline", "differences", "gantt", "response", "heat", "parallel", "tornado", "indices")


def question(name: str) -> str:
    begins = [begin for begin in QUESTIONS if name.startswith(begin)]
    return QUESTIONS[max(begins, key=len)] if begins else ""


def words(svg: str, element: str) -> str:
    found = re.search(rf"<{element}[^>]*>(.*?)</{element}>", svg, re.S)
    return found.group(1).strip() if found else ""


def draw(program: str, into: pathlib.Path) -> str:
    seen: set[str] = set()
    text = [
        "# Every chart, and what it answers",
        "",
        "Made by `.ci/gallery.py` from shipped scenarios. Each chart is written as SVG, as PNG and as the data behind it (CSV);",
        "`landbridge run` and its sisters put them into `charts/` of a results folder, and all of them into `report.html`.",
    ]
    with tempfile.TemporaryDirectory() as work:
        for number, arguments in enumerate(RUNS):
            folder = pathlib.Path(work) / str(number)
            done = subprocess.run([program, *arguments, "--out", str(folder), "--quiet"], cwd=ROOT, capture_output=True, text=True)
            if not folder.is_dir():
                raise SystemExit(f"{' '.join(arguments)} wrote no folder: {done.stderr}")
            for file in sorted(folder.rglob("*.svg")):
                # One of each kind is enough: the stringline of one corridor, the response of one measure.
                kind = next((k for k in KINDS if file.stem.startswith(k)), file.stem) + ("_folded" if file.stem.endswith("_folded") else "")
                if kind in seen:
                    continue
                seen.add(kind)
                svg = file.read_text(encoding="utf-8")
                (into / f"{kind}.svg").write_text(svg, encoding="utf-8")
                title, finding = words(svg, "title"), words(svg, "desc")
                text += ["", f"## {title}", ""]
                if question(kind):
                    text += [f"*{question(kind)}*", ""]
                text += [f"![{finding}](gallery/{kind}.svg)", "", f"`landbridge {' '.join(arguments[:2])}`"]
    return "\n".join(text) + "\n"


def main() -> None:
    program = str(pathlib.Path(sys.argv[1]).resolve())
    if "--check" in sys.argv:
        with tempfile.TemporaryDirectory() as into:
            draw(program, pathlib.Path(into))
            drawn = {file.name for file in pathlib.Path(into).iterdir()}
        kept = {file.name for file in PLACE.iterdir()}
        if drawn != kept:
            raise SystemExit(f"the gallery lacks {sorted(drawn - kept)} and has {sorted(kept - drawn)} too much: run .ci/gallery.py PROGRAM")
        print(f"the gallery has all {len(kept)} charts")
        return
    PLACE.mkdir(exist_ok=True)
    for old in PLACE.iterdir():
        old.unlink()
    text = draw(program, PLACE)
    (ROOT / "docs" / "gallery.md").write_text(text, encoding="utf-8")
    size = sum(file.stat().st_size for file in PLACE.iterdir())
    print(f"{len(list(PLACE.iterdir()))} charts, {size / 1e6:.2f} MB")


main()
