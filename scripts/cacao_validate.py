"""Validates a CACAO 2.0 playbook: the OASIS schemas, then what they leave open (draft 7 does not know
unevaluatedProperties): no unknown property, every step that is named exists, every step is reached, every way ends."""

import json
import pathlib
import sys

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

BASE = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/"


def properties(schema, schemas, here):
    """Names of properties that a schema and what it refers to know."""
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        names |= properties(part, schemas, here)
    if "$ref" in schema and not schema["$ref"].startswith("#"):
        path = (here.parent / schema["$ref"]).resolve()
        names |= properties(schemas[path], schemas, path)
    return names


def main(folder, file):
    root = pathlib.Path(folder).resolve()
    schemas = {path: json.loads(path.read_text()) for path in sorted(root.rglob("*.json"))}
    resources = [(BASE + str(path.relative_to(root)), Resource.from_contents(schema, DRAFT7)) for path, schema in schemas.items()]
    registry = Registry().with_resources(resources)
    playbook = json.loads(pathlib.Path(file).read_text())
    top = schemas[root / "playbook.json"]
    problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in Draft7Validator(top, registry=registry).iter_errors(playbook)]

    def known(value, place, path):
        extra = set(value) - properties(schemas[path], schemas, path)
        problems.extend(f"{place}: unknown property {name}" for name in sorted(extra))

    known(playbook, "playbook", root / "playbook.json")
    steps, commands = playbook["workflow"], 0
    for name, step in steps.items():
        path = root / "workflows" / f"{step['type']}.json"
        known(step, name, path)
        # The schemas say which file a step has by its id; the type must agree.
        if not name.startswith(step["type"] + "--"):
            problems.append(f"{name}: type {step['type']}")
        for number, command in enumerate(step.get("commands", [])):
            commands += 1
            path = root / "commands" / f"{command['type']}.json"
            place = f"{name}/commands/{number}"
            known(command, place, path)
            problems.extend(f"{place}: {e.message[:300]}" for e in Draft7Validator(schemas[path], registry=registry).iter_errors(command))
    following = lambda step: [step[key] for key in ("on_completion", "on_success", "on_failure", "on_true", "on_false") if key in step] + step.get("next_steps", [])
    reached, todo = set(), [playbook["workflow_start"]]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        if name not in steps:
            problems.append(f"{name}: is named and not there")
            continue
        if steps[name]["type"] != "end" and not following(steps[name]):
            problems.append(f"{name}: leads nowhere")
        todo.extend(following(steps[name]))
    problems.extend(f"{name}: is never reached" for name in sorted(set(steps) - reached))
    for problem in problems:
        print(problem)
    print(f"{len(steps)} steps, {commands} commands, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main(*sys.argv[1:3]))
