"""Checks what `ddefend posture harden --out DIR` wrote with readers that are not ours: YAML and Ansible's syntax check,
XML, JSON, and a PowerShell grammar. Usage: harden_peer.py DIR. Needs PyYAML; ansible-core, tree-sitter-powershell and
pwsh are used where they are there, and their absence is told."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom
from pathlib import Path

folder = Path(sys.argv[1])
failures = 0


def told(path, trouble):
    global failures
    failures += bool(trouble)
    print(f"{path.relative_to(folder)}: {trouble or 'ok'}")


for path in sorted(folder.rglob("*.json")):
    json.loads(path.read_text(encoding="utf-8"))
    told(path, "")
for path in sorted(folder.rglob("*.xml")):
    xml.dom.minidom.parse(str(path))
    told(path, "")

try:
    import yaml

    for path in sorted(folder.rglob("*.yml")):
        plays = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        plays.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
        tasks = sum(len(play["tasks"]) for play in plays.get_single_data())
        told(path, "" if tasks else "no tasks")
except ImportError:
    print("PyYAML is missing: playbooks are not read")

if shutil.which("ansible-playbook"):
    # The collection itself is not needed to parse; a module of that name has to be found.
    stub = Path(tempfile.mkdtemp()) / "ansible_collections/ansible/windows/plugins/modules"
    stub.mkdir(parents=True)
    (stub / "win_regedit.ps1").write_text("#!powershell\n")
    (stub / "win_regedit.py").write_text("DOCUMENTATION = ''\n")
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(stub.parents[4])}
    for path in sorted(folder.rglob("*.yml")):
        command = ["ansible-playbook", "--syntax-check", str(path)]
        run = subprocess.run(command, capture_output=True, text=True, env=env)
        told(path, run.stderr.strip() if run.returncode else "")
else:
    print("ansible-playbook is missing: no syntax check")

if shutil.which("pwsh"):
    for path in sorted(folder.rglob("*.ps1")):
        code = (
            "$e = $null; [void][System.Management.Automation.Language.Parser]::ParseFile("
            f"'{path}', [ref]$null, [ref]$e); $e; exit $e.Count"
        )
        run = subprocess.run(["pwsh", "-NoProfile", "-Command", code], capture_output=True, text=True)
        told(path, run.stdout.strip())
else:
    print("pwsh is missing: scripts are only read with a grammar")
    try:
        import tree_sitter
        import tree_sitter_powershell

        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
        for path in sorted(folder.rglob("*.ps1")):
            root = parser.parse(path.read_bytes().removeprefix(b"\xef\xbb\xbf")).root_node
            told(path, "the grammar finds an error" if root.has_error else "")
    except ImportError:
        print("tree-sitter-powershell is missing as well")

sys.exit(bool(failures))
