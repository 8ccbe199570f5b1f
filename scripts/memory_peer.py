"""Compares dumps with their plans, read by the Python package `minidump`. Usage: memory_peer.py FOLDER"""

import json
import pathlib
import sys

from minidump.minidumpfile import MinidumpFile

PROTECTION = {"Read": "READONLY", "ReadWrite": "READWRITE", "ReadExecute": "EXECUTE_READ", "ReadWriteExecute": "EXECUTE_READWRITE"}
POINTERS = {True: (4, 0x30, 0x10, 0x40, 4), False: (8, 0x60, 0x20, 0x70, 8)}


def differences(dump, plan):
    """What the other reader sees otherwise, one sentence each."""
    reader = dump.get_reader()
    if dump.misc_info.ProcessId != plan["pid"] or dump.misc_info.ProcessCreateTime != plan["started"]:
        yield "process id or start"
    modules = [[module.name, module.baseaddress, module.size] for module in dump.modules.modules]
    if modules[0][0] != plan["image"] or modules[1:] != plan["modules"]:
        yield f"modules {modules}"
    unloaded = [[module.name, module.baseaddress, module.size] for module in dump.unloaded_modules.modules]
    if unloaded != plan["unloaded"]:
        yield f"unloaded modules {unloaded}"
    infos = {info.BaseAddress: info for info in dump.memory_info.infos}
    for address, data, protection, kind in plan["regions"]:
        data = bytes.fromhex(data)
        if reader.read(address, len(data)) != data:
            yield f"memory at {address:#x}"
        info = infos[address]
        if info.RegionSize != len(data) or not info.Protect.name.endswith(PROTECTION[protection]):
            yield f"region at {address:#x}: {info.RegionSize} {info.Protect}"
        if info.Type.name != f"MEM_{kind.upper()}":
            yield f"region at {address:#x}: {info.Type}"
    size, to_peb, to_parameters, command, buffer = POINTERS[plan["narrow"]]
    pointer = lambda address: int.from_bytes(reader.read(address, size), "little")
    parameters = pointer(pointer(dump.threads.threads[0].Teb + to_peb) + to_parameters)
    length = int.from_bytes(reader.read(parameters + command, 2), "little")
    text = reader.read(pointer(parameters + command + buffer), length).decode("utf-16-le")
    if text != plan["command"]:
        yield f"command line {text!r}"


def main():
    failed = 0
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.dmp")):
        plan = json.loads(path.with_suffix(".json").read_text())
        found = list(differences(MinidumpFile.parse(str(path)), plan))
        failed += bool(found)
        print(f"{path.name}: {'; '.join(found) or 'as planned'}")
    sys.exit(1 if failed else 0)


main()
