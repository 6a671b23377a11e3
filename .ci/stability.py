"""Holds the program's results against tests/it/stability.txt, bit by bit, on one thread, two and eight. Argument: the program.

`cargo test stability` pins them as the library gives them in a build for tests; this is the program as it is shipped.
"""

import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
# As in tests/it/stability.rs.
SHORT = ["time.length=30 days", "time.warm_up=2 days", "run.until=[]", "run.confidence=0.95"]


def bits(estimate):
    """What is hashed of an estimate; null in the file is a number that is undefined, or one that is not there."""
    always = [estimate[key] for key in ("mean", "min", "max")]
    if None in always:
        sys.exit(f"an estimate is undefined, so that its bits are not in the file: {estimate}")
    return b"".join(struct.pack("<d", x) for x in always + [estimate[key] for key in ("sd", "half_width") if estimate[key] is not None])


def hashes(program, scenario, threads):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out")
        settings = [word for key in SHORT for word in ("--set", key)]
        options = ["--replications", "4", "--records", "2", "--threads", str(threads), "--format", "csv", "--quiet", "--out", out]
        subprocess.run([program, "run", scenario, *settings, *options], check=True, cwd=ROOT)
        records = json.loads((out / "manifest.json").read_text())["records_sha256"]
        measures = json.loads((out / "results.json").read_text())["results"]["measures"]
    estimates = hashlib.sha256(b"".join(bits(m["estimate"]) for m in measures if m["estimate"] is not None)).hexdigest()
    return records[:16], estimates[:16]


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    pinned = [line.split(" ", 2) for line in (ROOT / "tests/it/stability.txt").read_text().splitlines()]
    jobs = [(scenario, threads) for _, _, scenario in pinned for threads in (1, 2, 8)]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(jobs, pool.map(lambda job: hashes(program, *job), jobs)))
    wrong = [
        f"{scenario} on {threads} threads: {' '.join(found[scenario, threads])} instead of {records} {estimates}"
        for records, estimates, scenario in pinned
        for threads in (1, 2, 8)
        if found[scenario, threads] != (records, estimates)
    ]
    if wrong or not pinned:
        sys.exit("\n".join(wrong or ["nothing is pinned"]))
    print(f"{len(pinned)} scenarios give the pinned bits on 1, 2 and 8 threads")


main()
