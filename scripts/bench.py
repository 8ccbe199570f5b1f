"""CPU seconds of ddefend, of the floor and of msodde over one folder, and their ratios.

usage: bench.py DDEFEND FLOOR FOLDER
CPU is user plus system time of the process; the smallest of three runs, msodde's of one.
"""

import logging
import os
import resource
import subprocess
import sys
import time


def cpu_of(command):
    """CPU seconds of a child process and its peak memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall_of(command, runs):
    """Least wall time in milliseconds."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        best = min(best, (time.perf_counter() - started) * 1000)
    return best


def msodde_cpu(paths):
    from oletools import msodde
    logging.disable(logging.CRITICAL)
    started = time.process_time()
    for path in paths:
        try:
            msodde.process_maybe_encrypted(path, [], field_filter_mode=msodde.FIELD_FILTER_DDE)
        except Exception:  # counts all the same: it is what a caller pays
            pass
    return time.process_time() - started


def main():
    ddefend, floor, folder = sys.argv[1:4]
    paths = [os.path.join(base, name) for base, _, names in os.walk(folder) for name in names]
    scan = [ddefend, "scan", folder, "--format", "jsonl", "--threads", "1", "--exit-zero", "--no-progress"]
    ours, least = float("inf"), float("inf")
    for _ in range(3):  # in turns, so that both see the same machine
        least = min(least, cpu_of([floor, folder]))
        ours = min(ours, cpu_of(scan))
    peer = msodde_cpu(paths)
    megabytes = sum(os.path.getsize(path) for path in paths) / 1e6
    start = wall_of([ddefend, "--version"], 20)
    explain = wall_of([ddefend, "scan", "/dev/null"], 20)
    print(f"{len(paths)} files, {megabytes:.1f} MB")
    print(f"ddefend {ours:.3f} s CPU, floor {least:.3f} s, msodde {peer:.3f} s")
    print(f"msodde / ddefend = {peer / ours:.1f} (goal: 50)")
    print(f"ddefend / floor  = {ours / least:.2f} (goal: 2)")
    print(f"start-up: {start:.1f} ms --version, {explain:.1f} ms an empty scan with all content loaded (goal: 10)")


if __name__ == "__main__":
    main()
