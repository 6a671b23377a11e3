"""A shard of a plan as a task of HyperQueue, from its wheel alone: server and worker are threads of this process.

usage: unshare -n sh -c 'ip link set lo up; exec python hq.py SHARDS N COMMAND...'   (it listens on all addresses)

SHARDS is what `landbridge missing` prints, such as 3,17,40-44. COMMAND gets `--shard I/N`. A task that ends with another
code than 0 fails its job and no other. KILL=I kills shard I soon after its start, as a machine that is lost would.
"""

import os
import sys
import tempfile

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def numbers(ranges):
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


shards, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with tempfile.TemporaryDirectory() as work, LocalCluster(worker_config=WorkerConfig(cores=os.cpu_count())) as cluster:
    client = cluster.client()
    jobs = []
    for shard in numbers(shards):
        killed = ["timeout", "--signal=KILL", "0.05"] if os.environ.get("KILL") == str(shard) else []
        job = Job(default_workdir=work, max_fails=None)
        job.program([*killed, *command, "--shard", f"{shard}/{count}"], name=f"shard{shard}", stdout=None, stderr=None)
        jobs.append(client.submit(job))
    done = client.wait_for_jobs(jobs, raise_on_error=False)
sys.exit(0 if done else 1)
