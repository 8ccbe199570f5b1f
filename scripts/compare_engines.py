"""Helper of scripts/compare-engines: prints services for the peer, and compares two results."""

import collections
import json
import os
import sys
import tomllib


def services(path):
    with open(path, "rb") as file:
        table = tomllib.load(file)["service"]
    for service, channels in sorted(table.items()):
        for channel in channels:
            print(f"{service}\t{channel}")


def theirs(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            source, record, rule = line.rstrip("\n").split("\t")
            yield source, int(record), rule


def ours(path):
    kinds = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["type"] != "detection":
                continue
            event = entry["event"]
            if event.get("schema") == "evtx":
                key = (event["source"], event["record"], entry["rule"]["id"])
                kinds[key] = f"{event['channel']} {event['event_id']}"
    return kinds


def reasons(path):
    """Rule id (or `kind:CHANNEL ID` for all rules on one kind of record) and side to count and reason."""
    table = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    rule, side, count, reason = line.rstrip("\n").split("\t")
                    table[rule, side] = int(count), reason
    return table


HEADER = """# Where ddefend and rsigma differ on the same Sigma rules and the same event logs (scripts/compare-engines), and why.
# rule id, or `kind:CHANNEL ID` for all rules on one kind of record; side that alone detects; detections; reason
"""


def compare(rsigma, ddefend, explained):
    them, us = set(theirs(rsigma)), ours(ddefend)
    known = reasons(explained)
    counts, examples = collections.Counter(), {}
    for side, keys in (("ddefend", us.keys() - them), ("rsigma", them - us.keys())):
        for key in sorted(keys):
            kind = f"kind:{us.get(key, '')}"
            name = kind if (kind, side) in known else key[2]
            counts[name, side] += 1
            examples.setdefault((name, side), (key, us.get(key, "")))
    both = len(us.keys() & them)
    print(f"both {both}, ddefend alone {len(us.keys() - them)}, rsigma alone {len(them - us.keys())}")
    missing = [item for item in sorted(counts) if item not in known or not known[item][1]]
    changed = [item for item in sorted(counts) if item in known and known[item][0] != counts[item]]
    gone = [item for item in sorted(known) if item not in counts]
    for item in missing:
        (source, record, _), kind = examples[item]
        print(f"UNEXPLAINED\t{item[0]}\t{item[1]}\t{counts[item]}\t{kind}\t{source} {record}")
    for item in changed:
        print(f"CHANGED\t{item[0]}\t{item[1]}\t{known[item][0]} -> {counts[item]}")
    for item in gone:
        print(f"GONE\t{item[0]}\t{item[1]}")
    if os.environ.get("UPDATE"):
        with open(explained, "w", encoding="utf-8") as file:
            file.write(HEADER)
            for item in sorted(counts):
                reason = known.get(item, (0, ""))[1]
                file.write(f"{item[0]}\t{item[1]}\t{counts[item]}\t{reason}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    if sys.argv[1] == "services":
        services(sys.argv[2])
    else:
        sys.exit(compare(*sys.argv[2:5]))
