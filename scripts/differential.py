"""Runs ddefend and msodde over the same files and explains each disagreement.

usage: differential.py DDEFEND FOLDER...
Ends with 1 where a disagreement has no explanation.
"""

import collections
import json
import logging
import os
import subprocess
import sys

from oletools import msodde

logging.disable(logging.CRITICAL)


def files_below(folders):
    for folder in folders:
        for base, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                yield os.path.join(base, name)


def ask_msodde(path):
    """Links that msodde prints for a file, or the error that it raises."""
    try:
        text = msodde.process_maybe_encrypted(path, [], field_filter_mode=msodde.FIELD_FILTER_DDE)
        return [line for line in text.splitlines() if line.strip()], None
    except Exception as error:  # msodde raises whatever its parsers raise
        return [], f"{type(error).__name__}: {error}".split("\n")[0][:90]


def ask_ddefend(binary, paths):
    """Per path: detected type, DDE links, other links, gaps."""
    listing = "\n".join(paths)
    run = subprocess.run(
        [binary, "scan", "--files-from", "-", "--format", "jsonl", "--exit-zero"],
        input=listing.encode(), stdout=subprocess.PIPE, check=True)
    answers = {path: {"type": "", "dde": [], "other": [], "gaps": []} for path in paths}
    for line in run.stdout.decode().splitlines():
        row = json.loads(line)
        if row["type"] == "artifact":
            answers[row["path"]]["type"] = row["detected"]
        elif row["type"] == "finding" and "link" in row:
            kind = "dde" if row["link"]["kind"] in ("dde", "macro-dde", "mail-merge") else "other"
            answers[row["artifact"]][kind].append(row["link"])
        elif row["type"] == "diagnostic" and not row["code"].startswith("note."):
            answers[row["artifact"]]["gaps"].append(row["code"])
    return answers


# What msodde does not read, by its source (0.60.2).
UNREAD = {
    "ods", "odt", "odp", "odf", "odf-flat", "slk", "dif", "msg", "eml", "mht", "tnef", "rtf-object", "zip", "7z", "tar",
    "gz", "iso", "pptx", "ppt", "one", "biff", "wordhtml", "excelhtml", "html", "access", "iqy", "word2", "write",
}


def explain(links, error, answer):
    """Why the two disagree; none where nobody knows."""
    found = answer["dde"]
    if found and not links:
        if error:
            return f"msodde fails: {error}"
        if answer["type"] in UNREAD or any(link["carrier"] in UNREAD for link in found):
            return f"msodde does not read {answer['type']} ({found[0]['carrier']})"
        if found[0].get("tricks"):
            return "msodde misses the trick: " + ", ".join(found[0]["tricks"])
        if any("!" in link["part"].split("/")[-1] or "!" in link["part"] for link in found):
            return f"msodde does not read this part: {found[0]['part'].split('!', 1)[-1]}"
        return f"msodde does not read {found[0]['carrier']} here"
    if links and not found:
        if any(link["kind"] == "external-workbook" for link in answer["other"]):
            return "a link to another workbook, which msodde prints as DDE"
        if any(link["kind"] == "ole-link" for link in answer["other"]):
            return "an OLE link, which msodde prints as DDE"
        if not any("DDE" in link.upper() for link in links):
            return "ordinary text or fields that msodde prints unfiltered: " + links[0][:60]
    return None


def main():
    binary, folders = sys.argv[1], sys.argv[2:]
    paths = list(files_below(folders))
    answers = ask_ddefend(binary, paths)
    counts = collections.Counter()
    unexplained = 0
    for path in paths:
        links, error = ask_msodde(path)
        answer = answers[path]
        ours, theirs = bool(answer["dde"]), bool(links)
        counts[(ours, theirs)] += 1
        counts["msodde errors"] += error is not None
        counts["ddefend gaps"] += bool(answer["gaps"])
        if ours == theirs:
            continue
        reason = explain(links, error, answer)
        unexplained += reason is None
        who = "only ddefend" if ours else "only msodde "
        print(f"{who}  {path}\n              {reason or 'UNEXPLAINED: ' + (links[0][:80] if links else '')}")
    print(f"\n{len(paths)} files: both find DDE in {counts[(True, True)]}, only ddefend in {counts[(True, False)]}, "
          f"only msodde in {counts[(False, True)]}, neither in {counts[(False, False)]}")
    print(f"msodde raised an error on {counts['msodde errors']} files; ddefend reports a gap in {counts['ddefend gaps']}")
    print(f"{unexplained} disagreements without an explanation")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
