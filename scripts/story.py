"""Writes a synthetic log (Winlogbeat's JSON lines of Sysmon records) of one attack by DDE among ordinary work."""

import json
import sys

LINES = []
RECORD = [4600]


def write(host, time, event_id, **data):
    RECORD[0] += 1
    LINES.append({
        "@timestamp": f"2026-11-20T{time}Z",
        "host": {"name": host},
        "winlog": {
            "api": "wineventlog",
            "channel": "Microsoft-Windows-Sysmon/Operational",
            "provider_name": "Microsoft-Windows-Sysmon",
            "computer_name": f"{host}.corp.example",
            "record_id": RECORD[0],
            "event_id": str(event_id),
            "event_data": {"UtcTime": f"2026-11-20 {time}", **data},
        },
    })


OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
SYSTEM = "C:\\Windows\\System32\\"
NAMES = {
    "explorer": "C:\\Windows\\explorer.exe", "outlook": OFFICE + "OUTLOOK.EXE", "word": OFFICE + "WINWORD.EXE",
    "excel": OFFICE + "EXCEL.EXE", "cmd": SYSTEM + "cmd.exe", "whoami": SYSTEM + "whoami.exe",
    "shell": SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe", "reg": SYSTEM + "reg.exe",
    "printer": "C:\\Windows\\splwow64.exe",
}


def guid(host, pid):
    return "{6F0D6A2E-" + host[-3:].zfill(4) + "-4000-8000-" + str(pid).zfill(12) + "}"


def start(host, time, pid, name, command, parent, parent_name, parent_command, user="CORP\\alice"):
    write(host, time, 1, ProcessGuid=guid(host, pid), ProcessId=str(pid), Image=NAMES[name], CommandLine=command,
          User=user, IntegrityLevel="Medium", CurrentDirectory="C:\\Users\\alice\\Documents\\",
          ParentProcessGuid=guid(host, parent), ParentProcessId=str(parent), ParentImage=NAMES[parent_name],
          ParentCommandLine=parent_command, OriginalFileName=NAMES[name].rsplit("\\", 1)[1])


DESK = "C:\\Windows\\explorer.exe"


def morning(host, user):
    start(host, "08:02:11.120", 3100, "outlook", f'"{NAMES["outlook"]}"', 2044, "explorer", DESK, user)
    start(host, "09:15:40.002", 3400, "excel", f'"{NAMES["excel"]}" "C:\\Users\\bob\\budget.xlsx"', 2044, "explorer",
          DESK, user)
    start(host, "09:16:02.450", 3500, "printer", "C:\\Windows\\splwow64.exe 12288", 3400, "excel",
          f'"{NAMES["excel"]}" "C:\\Users\\bob\\budget.xlsx"', user)


def attack(host):
    mail = f'"{NAMES["outlook"]}"'
    word = (f'"{NAMES["word"]}" /n "C:\\Users\\alice\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook'
            '\\7GQ1X2LM\\invoice.docx" /o ""')
    cmd = 'C:\\Windows\\System32\\cmd.exe /k "powershell -w hidden -c calc & whoami"'
    key = "HKU\\S-1-5-21-1004336348-1177238915-682003330-1001\\Software\\Microsoft\\Office\\16.0\\Word\\Security\\AllowDDE"
    write(host, "14:41:07.880", 13, EventType="SetValue", ProcessGuid=guid(host, 3300), ProcessId="3300",
          Image=NAMES["reg"], TargetObject=key, Details="DWORD (0x00000002)", User="CORP\\alice")
    start(host, "14:48:55.120", 4312, "word", word, 3100, "outlook", mail)
    start(host, "14:49:01.500", 5000, "cmd", cmd, 4312, "word", word)
    start(host, "14:49:02.010", 5044, "shell", "powershell -w hidden -c calc", 5000, "cmd", cmd)
    start(host, "14:49:02.300", 5060, "whoami", "whoami", 5000, "cmd", cmd)


for name, person in [("ws-042", "CORP\\bob"), ("ws-017", "CORP\\alice")]:
    morning(name, person)
attack("ws-017")
LINES.sort(key=lambda line: line["@timestamp"])
with open(sys.argv[1], "w", encoding="utf-8") as out:
    for line in LINES:
        out.write(json.dumps(line) + "\n")
