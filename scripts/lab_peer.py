"""What `ddefend lab` writes, read by others. Run by scripts/lab-peer."""

import email
import json
import logging
import pathlib
import sys
import xml.etree.ElementTree as xml
import zipfile

import olefile
from Evtx.Evtx import Evtx
from regipy.registry import RegistryHive

logging.disable(logging.CRITICAL)
SPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
MARK = "{DDEF1AB0-5717-4E71-8C00-DDEF1AB05E1F}"


def theirs(path):
    """Records of an event log as python-evtx reads them."""
    rows = []
    with Evtx(str(path)) as log:
        for record in log.records():
            root = xml.fromstring(record.xml())
            system = root.find(f"{SPACE}System")
            data = {item.get("Name"): item.text for item in root.iter(f"{SPACE}Data") if item.get("Name")}
            activity = system.find(f"{SPACE}Correlation").get("ActivityID") or ""
            if activity.upper() != MARK:
                raise ValueError(f"{path}: record {record.record_num()} is not marked")
            rows.append(
                (
                    system.find(f"{SPACE}Computer").text,
                    system.find(f"{SPACE}Channel").text,
                    int(system.find(f"{SPACE}EventRecordID").text),
                    int(system.find(f"{SPACE}EventID").text),
                    data.get("Image") or data.get("NewProcessName") or "",
                    data.get("CommandLine") or "",
                )
            )
    return rows


def ours(path):
    """The same records as ddefend writes them as JSON."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)["Event"]
        system = event["System"]
        data = event.get("EventData") or {}
        number = system["EventID"]
        number = number.get("#text") if isinstance(number, dict) else number
        rows.append(
            (
                system["Computer"],
                system["Channel"],
                int(system["EventRecordID"]),
                int(number),
                data.get("Image") or data.get("NewProcessName") or "",
                data.get("CommandLine") or "",
            )
        )
    return rows


def main(folder):
    counts = dict.fromkeys(["scenarios", "logs", "records", "hives", "compound files", "packages", "mails"], 0)
    wrong = []
    for case in sorted(path for path in folder.iterdir() if path.name != "export"):
        counts["scenarios"] += 1
        read = []
        for path in sorted(case.glob("telemetry/evtx/**/*.evtx")):
            counts["logs"] += 1
            try:
                read += theirs(path)
            except Exception as error:  # noqa: BLE001 any failure of the reader is a difference
                wrong.append(f"{path}: {error!r}")
        counts["records"] += len(read)
        written = []
        for path in sorted((folder / "export" / case.name).glob("evtx-json/*.ndjson")):
            written += ours(path)
        # XML cannot hold control characters: readers that go through it drop or replace them.
        plain = lambda row: tuple("".join(c for c in str(cell) if c >= " ") for cell in row)
        if sorted(map(plain, read)) != sorted(map(plain, written)):
            extra = sorted(set(map(plain, read)) ^ set(map(plain, written)))
            wrong.append(f"{case.name}: {len(read)} records read, {len(written)} written; {extra[:2]}")
        for path in sorted(case.rglob("*")):
            if not path.is_file():
                continue
            head = path.open("rb").read(8)
            try:
                if head.startswith(b"regf"):
                    counts["hives"] += 1
                    list(RegistryHive(str(path)).recurse_subkeys(as_json=True))
                elif head == olefile.MAGIC:
                    counts["compound files"] += 1
                    ole = olefile.OleFileIO(str(path), raise_defects=olefile.DEFECT_INCORRECT)
                    for name in ole.listdir():
                        ole.openstream(name).read()
                elif head.startswith(b"PK"):
                    counts["packages"] += 1
                    bad = zipfile.ZipFile(path).testzip()
                    if bad:
                        wrong.append(f"{path}: {bad} is damaged")
                elif path.suffix == ".eml":
                    counts["mails"] += 1
                    message = email.message_from_bytes(path.read_bytes())
                    if message.defects or message["X-Ddefend-Lab"] != "synthetic":
                        wrong.append(f"{path}: {message.defects}")
            except Exception as error:  # noqa: BLE001
                wrong.append(f"{path}: {error!r}")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    for line in wrong:
        print("DIFFERENT", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
