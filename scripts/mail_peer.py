"""Mails and documents as ddefend and as independent programs see them. Run by scripts/mail-peer."""

import base64
import datetime
import email
import email.policy
import email.utils
import json
import logging
import pathlib
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile

import dkim
import nacl.signing
import olefile
from regipy.registry import RegistryHive

logging.disable(logging.CRITICAL)


def ours(program, keys, paths):
    """What ddefend reads of files, by path."""
    found = {}
    for at in range(0, len(paths), 200):
        run = subprocess.run([program, keys, *map(str, paths[at : at + 200])], capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            row = json.loads(line)
            found[row["path"]] = row
    return found


def signatures(program, folder):
    """dkimpy signs in every form; ddefend checks, whole and damaged."""
    keys = pathlib.Path(folder, "keys")
    mail = (
        b"From: a@corp.example\r\nTo: b@corp.example\r\nSubject:  two  blanks\r\n and a fold\r\n"
        b"Date: Sat, 21 Nov 2026 22:00:00 +0000\r\nMessage-ID: <1@corp.example>\r\n\r\nbody \t with  blanks \r\n\r\nend\r\n\r\n\r\n"
    )
    pem = pathlib.Path(folder, "key.pem")
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", pem, "2048"], capture_output=True, check=True)
    public = subprocess.run(["openssl", "rsa", "-in", pem, "-pubout", "-outform", "DER"], capture_output=True, check=True)
    seed = bytes(range(32))
    verify = nacl.signing.SigningKey(seed).verify_key.encode()
    records = {
        "rsa": "v=DKIM1; k=rsa; p=" + base64.b64encode(public.stdout).decode(),
        "ed": "v=DKIM1; k=ed25519; p=" + base64.b64encode(verify).decode(),
    }
    keys.write_text("".join(f"{name}._domainkey.corp.example\t{record}\n" for name, record in records.items()))
    wanted = {}
    for name, private in (("rsa", pem.read_bytes()), ("ed", base64.b64encode(seed))):
        for header in (b"simple", b"relaxed"):
            for body in (b"simple", b"relaxed"):
                for length in (False, True):
                    kind = b"ed25519-sha256" if name == "ed" else b"rsa-sha256"
                    line = dkim.sign(mail, name.encode(), b"corp.example", private, canonicalize=(header, body),
                                     signature_algorithm=kind, length=length)
                    stem = f"{name}-{header.decode()}-{body.decode()}-{length}"
                    for what, text, result in (
                        ("whole", line + mail, "pass"),
                        ("body", (line + mail).replace(b"end", b"End"), "fail"),
                        ("header", (line + mail).replace(b"two  blanks", b"three  blanks"), "fail"),
                        ("longer", line + mail + b"more\r\n", "pass" if length else "fail"),
                        ("unix", (line + mail).replace(b"\r\n", b"\n"), "pass"),
                    ):
                        path = pathlib.Path(folder, f"{stem}-{what}.eml")
                        path.write_bytes(text)
                        wanted[str(path)] = result
    seen = ours(program, str(keys), list(wanted))
    wrong = [(path, result, seen[path]["provenance"]["mail"]["dkim"]) for path, result in wanted.items()
             if [it["result"] for it in seen[path]["provenance"]["mail"]["dkim"]] != [result]]
    return len(wanted), wrong


def seconds(text):
    return datetime.datetime.fromisoformat(text[:19] + "+00:00").timestamp() if text else None


def mails(found):
    """Headers as Python's parser reads them."""
    compared, wrong = 0, []
    for path, row in found.items():
        ours = row["provenance"].get("mail")
        if not path.endswith(".eml") or not ours:
            continue
        raw = pathlib.Path(path).read_bytes()
        theirs = email.message_from_bytes(raw.lstrip(b"\r\n"), policy=email.policy.compat32)
        compared += 1
        date = email.utils.parsedate_tz(theirs["date"]) if theirs["date"] else None
        addresses = [address for _, address in email.utils.getaddresses([str(it) for it in theirs.get_all("from", [])]) if address]
        for what, own, other in (
            ("Received", len(ours["received"]), len(theirs.get_all("received", []))),
            ("DKIM", len(ours["dkim"]), len(theirs.get_all("dkim-signature", []))),
            ("Message-ID", ours["message_id"], str(theirs["message-id"] or "").strip().strip("<> ")),
            ("Date", seconds(ours["date"]), email.utils.mktime_tz(date) if date else None),
            ("From", [it["address"] for it in ours["from"] if it["address"]], addresses),
        ):
            if own != other:
                wrong.append((path, what, own, other))
    return compared, wrong


CORE = {"{http://purl.org/dc/elements/1.1/}creator": "creator", "{http://purl.org/dc/terms/}created": "created",
        "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}lastModifiedBy": "last_modified_by"}


def documents(found):
    """Properties as ElementTree and olefile read them."""
    compared, wrong = 0, []
    for path, row in found.items():
        own = next((it for it in row["provenance"].get("documents", []) if it["part"] == path), None)
        values = dict(reversed(own["values"])) if own else {}
        theirs = {}
        try:
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    if "docProps/core.xml" not in archive.namelist():
                        continue
                    for element in ET.fromstring(archive.read("docProps/core.xml")):
                        if element.tag in CORE and (element.text or "").strip():
                            theirs[CORE[element.tag]] = element.text.strip()
            elif olefile.isOleFile(path):
                with olefile.OleFileIO(path) as file:
                    if not file.exists("\x05SummaryInformation"):
                        continue
                    meta = file.get_metadata()
                    page = {1200: "utf-16-le", 65001: "utf-8", 10000: "mac_roman"}.get(meta.codepage, f"cp{meta.codepage or 1252}")
                    text = lambda value: value.decode(page, "replace").split("\0")[0].strip() if isinstance(value, bytes) else value
                    theirs = {"creator": text(meta.author), "last_modified_by": text(meta.last_saved_by)}
                    if isinstance(meta.create_time, datetime.datetime) and meta.create_time.year > 1601:
                        theirs["created"] = meta.create_time.isoformat()
            else:
                continue
        except Exception:  # damaged on purpose: the peer gives up
            continue
        for name, other in theirs.items():
            if not other:
                continue
            compared += 1
            mine = values.get(name, "")
            same = mine[:19] == other[:19] if name == "created" else mine == other[:1024]
            if not same:
                wrong.append((path, name, mine, other))
    return compared, wrong


def trust(program, hives):
    """Trust records as regipy reads the hive; the minutes against the key's last write."""
    compared, wrong = 0, []
    for path, row in ours(program, "-", hives).items():
        mine = {(it["application"], it["document"]): it for it in row["trust"] or []}
        hive = RegistryHive(path)
        for version in ("14.0", "15.0", "16.0"):
            for application in ("Word", "Excel", "PowerPoint"):
                name = rf"\Software\Microsoft\Office\{version}\{application}\Security\Trusted Documents\TrustRecords"
                try:
                    key = hive.get_key(name)
                except Exception:
                    continue
                written = key.header.last_modified / 1e7 - 11644473600
                for value in key.iter_values(as_json=False):
                    data = value.value if isinstance(value.value, bytes) else bytes.fromhex(value.value)
                    minutes, flag = struct.unpack("<II", data[16:24])
                    own = mine.pop((application, value.name), None)
                    compared += 1
                    if not own or seconds(own["time"]) != minutes * 60 or (flag == 1) != (own["choice"] == "enabled editing"):
                        wrong.append((path, value.name, own, (minutes, flag)))
                    if minutes * 60 > written:
                        wrong.append((path, value.name, "trusted after the key was written", written))
        wrong += [(path, "only ours", it, None) for it in mine.values()]
    return compared, wrong


def main():
    program, data = sys.argv[1:3]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        results = [("signatures", signatures(program, folder))]
    if data:
        paths = [path for path in sorted(pathlib.Path(data, "documents").rglob("*")) if path.is_file()]
        found = ours(program, "-", paths)
        hives = [str(path) for path in sorted(pathlib.Path(data, "hosts").glob("*.DAT"))]
        results += [("headers of mails", mails(found)), ("properties", documents(found)), ("trust records", trust(program, hives))]
    for what, (compared, wrong) in results:
        print(f"{what}: {compared} compared, {len(wrong)} differ")
        for row in wrong[:40]:
            print("   ", *map(ascii, row))
        failed |= compared == 0
    sys.exit(failed)


main()
