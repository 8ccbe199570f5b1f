"""Keys and values of hives as ddefend and as regipy see them. Run by scripts/registry-peer."""

import logging
import pathlib
import subprocess
import sys
import tempfile

from regipy.recovery import apply_transaction_logs
from regipy.registry import RegistryHive

logging.disable(logging.CRITICAL)


def ours(dump, hive, logs):
    """Keys and values that are in effect, by the dump example."""
    run = subprocess.run([dump, hive, *logs], capture_output=True, text=True, check=True)
    keys, values, origins = set(), {}, {}
    for line in run.stdout.split("\n"):
        if not line or line.startswith("#"):
            continue
        origin, _, key, _, _, kind, *rest = line.split("\t")
        origins[origin] = origins.get(origin, 0) + 1
        if origin == "Deleted":
            continue
        if kind == "key":
            keys.add(as_regipy(key).lower())
        else:
            values[(as_regipy(key).lower(), as_regipy(rest[0]).lower())] = (int(rest[1]), bytes.fromhex(rest[2]))
    return keys, values, origins


def as_regipy(text):
    """regipy reads names in Latin-1 as if they were UTF-8; so that only real differences are told, do the same."""
    parts = text.split("\\\\")
    latin = [part if max(part, default=" ") > "\xff" else part.encode("latin-1").decode("utf-8", "replace") for part in parts]
    return "\\\\".join(latin)


def escaped(text):
    """Only what the dump escapes too and what stands in these hives."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'").replace("\0", "\\0")


def theirs(hive):
    """The same by regipy: every key below the root, and every value with its name and type."""
    keys, values = set(), {}
    waiting = [(RegistryHive(hive).root, "")]
    while waiting:
        node, path = waiting.pop()
        for value in node.iter_values(trim_values=False):
            name = "" if value.name == "(default)" else value.name
            values[(path, escaped(name).lower())] = (value.value_type, value.value)
        for child in node.iter_subkeys():
            name = escaped(child.name)
            below = f"{path}\\\\{name}" if path else name
            keys.add(below.lower())
            waiting.append((child, below.lower()))
    return keys, values


NUMBERS = {4: "REG_DWORD", 11: "REG_QWORD"}
TEXTS = {1: "REG_SZ", 2: "REG_EXPAND_SZ"}


def data_differs(our, their):
    """Compares data where regipy gives it whole: numbers, texts and bytes."""
    kind, raw = our
    name, value = their
    if kind in NUMBERS and name == NUMBERS[kind] and isinstance(value, int):
        return int.from_bytes(raw, "little") != value
    if kind in TEXTS and name == TEXTS[kind] and isinstance(value, str):
        text = raw.decode("utf-16-le", "replace").split("\0")[0]
        # Some programs write bytes where UTF-16 belongs, and regipy guesses that.
        return value.split("\0")[0] not in (text, raw.decode("latin-1").split("\0")[0])
    if kind == 3 and isinstance(value, (bytes, bytearray)):
        return raw != bytes(value)
    return None


def sequence(file, at):
    return int.from_bytes(pathlib.Path(file).read_bytes()[at : at + 4], "little")


def apply(hive, logs, restored):
    """Lets regipy apply logs. It applies its second log first, and it heeds no sequence numbers: entries that are older
    than the hive would be written over newer pages. So it gets the logs in order, without one that is older throughout."""
    state = sequence(hive, 8)
    current = sorted((log for log in logs if sequence(log, 4) >= state), key=lambda log: sequence(log, 4))
    apply_transaction_logs(hive, current[-1], current[0] if len(current) > 1 else None, restored_hive_path=restored)


def compare(dump, title, hive, logs):
    """One hive; true where both agree."""
    with tempfile.TemporaryDirectory() as folder:
        read = hive
        if logs:
            read = str(pathlib.Path(folder) / "restored")
            apply(hive, logs, read)
        their_keys, their_values = theirs(read)
    our_keys, our_values, origins = ours(dump, hive, logs)
    names = set(our_values) ^ set(their_values)
    compared, wrong = 0, []
    for at in set(our_values) & set(their_values):
        differs = data_differs(our_values[at], their_values[at])
        if differs is not None:
            compared += 1
            if differs:
                wrong.append(at)
    good = our_keys == their_keys and not names and not wrong
    print(
        f"{'same' if good else 'DIFFERENT'}  {title}: keys {len(our_keys)} / {len(their_keys)}, "
        f"values {len(our_values)} / {len(their_values)}, data compared {compared}, differs {len(wrong)}, origins {origins}"
    )
    for odd in sorted(our_keys ^ their_keys)[:5] + sorted(names)[:5] + wrong[:5]:
        print("   ", repr(odd)[:150], str(our_values.get(odd))[:60], str(their_values.get(odd))[:60])
    return good


def main():
    dump, written, data = sys.argv[1:4]
    written = pathlib.Path(written)
    good = compare(dump, "written: clean", str(written / "clean"), [])
    logs = [str(written / "new.LOG1"), str(written / "new.LOG2")]
    good &= compare(dump, "written: dirty, new logs", str(written / "new"), logs)
    if data:
        hosts = pathlib.Path(data) / "hosts"
        for hive in sorted(hosts.glob("*.DAT")):
            good &= compare(dump, hive.name, str(hive), [])
        logs = [str(hosts / f"regipy_transactions_ntuser.dat.log{n}") for n in (1, 2)]
        good &= compare(dump, "regipy_transactions, logs applied", str(hosts / "regipy_transactions_NTUSER.DAT"), logs)
    else:
        print("DDEFEND_DATA is not set: only hives that we wrote were compared")
    sys.exit(0 if good else 1)


main()
