"""Writes exports of the registry of one made-up machine with two users, as regedit exports them (every key on the way is
listed, so what is missing is not there), to a folder. usage: posture_story.py FOLDER"""

import os
import sys

SID = "S-1-5-21-1004336348-1177238915-682003330-100"
OFFICE = "Microsoft\\Office\\16.0\\"
RULES = "Policies\\Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\ASR"


def dword(number):
    return f"dword:{number:08x}"


def text(words):
    return '"' + words.replace("\\", "\\\\") + '"'


def export(path, root, keys):
    listed = {root}
    for key in keys:
        parts = key.split("\\")
        listed.update(root + "\\" + "\\".join(parts[:count]) for count in range(1, len(parts) + 1))
    with open(path, "w", encoding="ascii", newline="\r\n") as out:
        out.write("Windows Registry Editor Version 5.00\n")
        for key in sorted(listed, key=lambda key: key.lower().split("\\")):
            out.write(f"\n[{key}]\n")
            for name, data in keys.get(key[len(root) + 1:], {}).items():
                out.write(f'{text(name) if name else "@"}={data}\n')


# Office of Click-to-Run; Defender's rule for Office's child processes only audits.
SOFTWARE = {
    "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" + SID + "1": {"ProfileImagePath": text("C:\\Users\\alice")},
    "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" + SID + "2": {"ProfileImagePath": text("C:\\Users\\bob")},
    "Microsoft\\Office\\ClickToRun\\Configuration": {"VersionToReport": text("16.0.17328.20184"), "Platform": text("x64")},
    OFFICE + "Word\\InstallRoot": {"Path": text("C:\\Program Files\\Microsoft Office\\Root\\Office16\\")},
    OFFICE + "Excel\\InstallRoot": {"Path": text("C:\\Program Files\\Microsoft Office\\Root\\Office16\\")},
    RULES: {"ExploitGuard_ASR_Rules": dword(1)},
    RULES + "\\Rules": {"d4f940ab-401b-4efc-aadc-ad5f3c50688a": text("2")},
}
SYSTEM = {"CurrentControlSet\\Control\\ComputerName\\ComputerName": {"ComputerName": text("WS-017")}}
# DDE was allowed by hand, Downloads is trusted, and a script for hardening missed: a key where a value was meant, a text
# where a number was meant.
ALICE = {
    OFFICE + "Word\\Security": {"AllowDDE": dword(2)},
    OFFICE + "Word\\Options\\DontUpdateLinks": {"": dword(1)},
    OFFICE + "Word\\Security\\Trusted Locations\\Location9": {"Path": text("C:\\Users\\alice\\Downloads\\"),
                                                            "AllowSubFolders": dword(1)},
    OFFICE + "Excel\\Security": {"DisableDDEServerLaunch": text("1")},
}
# A policy holds Word and Excel; that links are not updated is only bob's own setting.
BOB = {
    "Policies\\" + OFFICE + "Word\\Security": {"AllowDDE": dword(0)},
    "Policies\\" + OFFICE + "Excel\\Security\\External Content": {"DisableDDEServerLaunch": dword(1),
                                                               "DisableDDEServerLookup": dword(1)},
    OFFICE + "Word\\Options": {"DontUpdateLinks": dword(1)},
}

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
export(os.path.join(folder, "software.reg"), "HKEY_LOCAL_MACHINE\\SOFTWARE", SOFTWARE)
export(os.path.join(folder, "system.reg"), "HKEY_LOCAL_MACHINE\\SYSTEM", SYSTEM)
export(os.path.join(folder, "alice.reg"), f"HKEY_USERS\\{SID}1\\Software", ALICE)
export(os.path.join(folder, "bob.reg"), f"HKEY_USERS\\{SID}2\\Software", BOB)
