"""Reads outputs of cases as their receivers would. usage: case_outputs.py FOLDER"""

import inspect
import json
import pathlib
import sys
import typing

failed = False


def report(name, count, faults):
    global failed
    print(f"{name}: {count} objects, " + ("as expected" if not faults else f"{len(faults)} faults"))
    for fault in faults[:20]:
        print(f"  {fault}")
    failed = failed or bool(faults)


def stix(path):
    from stix2validator import ValidationOptions, validate_file

    # 302: a link to ATT&CK without a digest of the page.
    found = validate_file(str(path), ValidationOptions(version="2.1", disabled=["302"]))
    document = json.loads(path.read_text())
    ids = [one["id"] for one in document["objects"]]
    faults = [str(error) for one in found.object_results for error in one.errors]
    faults += [f"warning: {told}" for one in found.object_results for told in one.warnings]
    faults += [str(found.fatal)] if found.fatal else []
    faults += [f"twice: {one}" for one in set(ids) if ids.count(one) > 1]
    references = set()

    def collect(value, key=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                collect(inner, name)
        elif isinstance(value, list):
            for inner in value:
                collect(inner, key)
        elif key.endswith(("_ref", "_refs")):
            references.add(value)

    collect(document["objects"])
    faults += [f"refers to nothing: {one}" for one in references - set(ids)]
    report("stix", len(ids), faults)


def misp(path):
    import warnings

    from pymisp import MISPEvent

    text = path.read_text()
    event = MISPEvent()
    faults = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        event.load(text)
        faults += [str(one.message) for one in told if "Pydantic" not in str(one.message)]
    again = json.loads(event.to_json())
    given = json.loads(text)["Event"]
    for part in ("Attribute", "Object", "Tag"):
        if len(again.get(part, [])) != len(given[part]):
            faults.append(f"{part}: {len(given[part])} given, {len(again.get(part, []))} read")
    for read in event.objects:
        if not read._known_template:
            faults.append(f"object {read.name}: template not known to PyMISP at this version")
        try:
            read._validate() if hasattr(read, "_validate") else None
        except Exception as error:
            faults.append(f"object {read.name}: {error}")
    known = event.describe_types
    for attribute in list(event.attributes) + [one for read in event.objects for one in read.attributes]:
        if attribute.type not in known["category_type_mappings"][attribute.category]:
            faults.append(f"{attribute.type} does not go into {attribute.category}")
    report("misp", len(event.attributes) + len(event.objects), faults)


def typed(kind, value, place):
    """What a TypedDict does not know or misses."""
    hints = typing.get_type_hints(kind)
    faults = [f"{place}: unknown {name}" for name in value if name not in hints]
    return faults + [f"{place}: {name} is missing" for name in kind.__required_keys__ if name not in value]


def thehive(path):
    from thehive4py.types.alert import InputAlert
    from thehive4py.types.case import InputCase
    from thehive4py.types.observable import InputObservable
    from thehive4py.types.page import InputCasePage
    from thehive4py.types.task import InputTask

    document = json.loads(path.read_text())
    faults = typed(InputCase, document["case"], "case") + typed(InputAlert, document["alert"], "alert")
    for one in document["case"]["tasks"]:
        faults += typed(InputTask, one, "task")
    for one in document["case"]["pages"]:
        faults += typed(InputCasePage, one, "page")
    for one in document["observables"] + document["alert"]["observables"]:
        faults += typed(InputObservable, one, "observable")
    report("thehive", 1 + len(document["observables"]) + len(document["case"]["tasks"]), faults)


def iris(path):
    from dfir_iris_client.case import Case

    document = json.loads(path.read_text())
    calls = {"assets": "add_asset", "iocs": "add_ioc", "timeline": "add_event", "tasks": "add_task", "notes": "add_note",
             "evidences": "add_evidence"}
    faults, count = [], 1
    # Notes are put into a folder that is made first.
    beside = {"directory_name": "directory_id"}

    def held(call, entry, place):
        names = inspect.signature(getattr(Case, call)).parameters
        entry = {beside.get(name, name): value for name, value in entry.items()}
        faults.extend(f"{place}: {call} takes no {name}" for name in entry if name not in names)
        needed = [name for name, one in names.items()
                  if one.default is inspect.Parameter.empty and one.kind == one.POSITIONAL_OR_KEYWORD and name != "self"]
        faults.extend(f"{place}: {call} wants {name}" for name in needed if name not in entry)

    held("add_case", document["case"], "case")
    for part, call in calls.items():
        for entry in document[part]:
            held(call, entry, part)
            count += 1
    report("iris", count, faults)


folder = pathlib.Path(sys.argv[1])
met = 0
for name, check in (("stix", stix), ("misp", misp), ("thehive", thehive), ("iris", iris)):
    for path in sorted(folder.glob(f"{name}.*")):
        check(path)
        met += 1
if not met:
    sys.exit(f"nothing to check in {folder}")
sys.exit(1 if failed else 0)
