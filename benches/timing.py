"""What the scripts here share: a program timed, and the machine described."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/landbridge"


class Run(NamedTuple):
    """What a program took: processor seconds, seconds on the wall, bytes at most, and what it printed."""

    processor: float
    wall: float
    peak: int
    printed: bytes


def timed(command):
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen([str(word) for word in command], cwd=ROOT, stdout=printed)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        printed.seek(0)
        return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, printed.read())


def build(*extra):
    """The release program, for any processor of the architecture: no target-cpu=native for anybody."""
    environment = {name: value for name, value in os.environ.items() if name != "RUSTFLAGS"}
    subprocess.run(["cargo", "build", "--release", "--quiet", *extra], cwd=ROOT, env=environment, check=True)


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def machine():
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    return f"{processor()}, {os.cpu_count()} cores; {platform.system()} {platform.machine()}; rustc {rustc}, CPython {platform.python_version()}"
