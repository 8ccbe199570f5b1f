"""CPU seconds of ddefend, of the floor and of msodde over one folder, and their ratios.

usage: bench.py DDEFEND FLOOR FOLDER
CPU is user plus system time of the process: the smallest of five runs in turns, msodde's of one. Everything is given
twice: over all files, and without those that are encrypted, where deriving keys from passwords is most of the work and
the floor does none of it.
"""

import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time


def run(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def cpu_of(command):
    """CPU seconds of a child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall_of(command, runs):
    """Least wall time in milliseconds."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        run(command)
        best = min(best, (time.perf_counter() - started) * 1000)
    return best


def msodde_cpu(paths):
    """CPU seconds of msodde per file, in this process."""
    from oletools import msodde
    logging.disable(logging.CRITICAL)
    spent = {}
    for path in paths:
        started = time.process_time()
        try:
            msodde.process_maybe_encrypted(path, [], field_filter_mode=msodde.FIELD_FILTER_DDE)
        except Exception:  # counts all the same: it is what a caller pays
            pass
        spent[path] = time.process_time() - started
    return spent


def encrypted(ddefend, folder):
    """Paths that are encrypted, by what ddefend says of them."""
    command = [ddefend, "scan", folder, "--format", "jsonl", "--exit-zero"]
    found = set()
    for line in subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.splitlines():
        row = json.loads(line)
        if row["type"] == "artifact" and "encrypted" in row["detected"]:
            found.add(row["path"])
        if row["type"] == "diagnostic" and row["code"] in ("unreadable.encrypted", "note.password"):
            found.add(row["artifact"])
    return found


def compare(ddefend, floor, paths, peer):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\n".join(paths))
        listing.flush()
        scan = [ddefend, "scan", "--files-from", listing.name, "--format", "jsonl", "--threads", "1", "--exit-zero"]
        ours, least = float("inf"), float("inf")
        for _ in range(5):
            least = min(least, cpu_of([floor, *paths]))
            ours = min(ours, cpu_of(scan))
    megabytes = sum(os.path.getsize(path) for path in paths) / 1e6
    theirs = sum(peer[path] for path in paths)
    print(f"  {len(paths)} files, {megabytes:.1f} MB: ddefend {ours:.3f} s CPU, floor {least:.3f} s, msodde {theirs:.2f} s")
    print(f"  msodde / ddefend = {theirs / ours:.1f} (goal: 50)")
    print(f"  ddefend / floor  = {ours / least:.2f} (goal: 2)")


def main():
    ddefend, floor, folder = sys.argv[1:4]
    paths = sorted(os.path.join(base, name) for base, _, names in os.walk(folder) for name in names)
    locked = encrypted(ddefend, folder)
    peer = msodde_cpu(paths)
    print("all files")
    compare(ddefend, floor, paths, peer)
    print("without encrypted files")
    compare(ddefend, floor, [path for path in paths if path not in locked], peer)
    version, empty = wall_of([ddefend, "--version"], 30), wall_of([ddefend, "scan", "/dev/null"], 30)
    print(f"start-up: {version:.1f} ms --version, {empty:.1f} ms a scan of nothing with all content loaded (goal: 10)")


if __name__ == "__main__":
    main()
