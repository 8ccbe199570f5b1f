"""Our EQL against python `eql` over events made from each query.

Where python eql knowingly is another language than Elasticsearch's, the events or queries avoid it:
* it knows no `?` in patterns: where a pattern has one, so has the value;
* it folds case in `==`, `in` and functions: values have the case of the query;
* nothing is null under `not` and `!=` there: every field of a query has a value in every event;
* fields with several values: every field has one;
* missing events (`![...]`) and samples mean something else there: left out;
* an event that is both the `until` and the next event ends the sequence there first: they exclude each other here.
What still differs is printed.
"""

import json
import random
import re
import subprocess
import sys

import eql
from eql import ast
from eql.parser import allow_negation, allow_runs, allow_sample, elasticsearch_syntax, ignore_missing_functions

SEQUENCES = [
    'sequence by key [process where tag == "a"] [process where tag == "b"]',
    'sequence by key [process where tag == "a"] [process where tag == "a"]',
    'sequence by key with maxspan=3s [process where tag == "a"] [process where tag == "b"] [process where tag == "c"]',
    'sequence by key [process where tag == "a"] [process where tag == "b"] until [process where tag == "c"]',
    'sequence by key with maxspan=5s [process where tag == "a"] [file where tag == "b"] until [network where tag == "c"]',
    'sequence by key [process where tag == "a"] with runs=3 [process where tag == "b"]',
    'sequence with maxspan=4s [process where tag == "a"] by key [file where tag in ("a", "b")] by other',
    'sequence by key, other [process where tag : "a*"] [process where tag != "a"] [process where tag like "c"]',
    'sequence with maxspan=2s [any where tag == "a"] [any where tag == "b"]',
    'sequence by key [process where n > 3] [process where n < 3 or tag == "b"]',
]


def spelled(text):
    """Names of functions the way that python eql wants them."""
    for name in ("cidrMatch", "endsWith", "startsWith"):
        text = re.sub(rf"\b{name}(?=~?\s*\()", name, text, flags=re.IGNORECASE)
    return text


class Maker:
    """Events for a query."""

    def __init__(self, query, seed):
        self.random = random.Random(seed)
        self.fields = {}
        self.queries = []
        self.keys = set()
        self.paths = {}
        for node in query:
            if isinstance(node, ast.EventQuery):
                self.queries.append(node)
            if isinstance(node, ast.SubqueryBy):
                self.keys.update(self.name(key) for key in node.join_values if isinstance(key, ast.Field))
            if isinstance(node, ast.Field):
                self.fields.setdefault(self.name(node), [])
                self.paths[self.name(node)] = [node.base, *node.path]
        for node in query:
            self.note(node)

    @staticmethod
    def name(field):
        return ".".join([field.base] + [str(part) for part in field.path])

    def note(self, node):
        if isinstance(node, ast.Comparison) and isinstance(node.left, ast.Field) and isinstance(node.right, ast.Literal):
            self.fields[self.name(node.left)].append(node.right.value)
        if isinstance(node, ast.InSet) and isinstance(node.expression, ast.Field):
            values = [item.value for item in node.container if isinstance(item, ast.Literal)]
            self.fields[self.name(node.expression)].extend(values)
        if isinstance(node, ast.FunctionCall) and node.arguments and isinstance(node.arguments[0], ast.Field):
            for argument in node.arguments[1:]:
                if isinstance(argument, ast.String):
                    self.fields[self.name(node.arguments[0])].append(self.like(argument.value))

    def like(self, pattern):
        out = ""
        for letter in pattern:
            out += self.random.choice(["", "x", "yy"]) if letter == "*" else letter
        return out

    def other(self, name):
        known = self.fields.get(name) or [""]
        value = self.random.choice(known)
        if name in self.keys:
            return self.random.choice(["k1", "k2"])
        if isinstance(value, bool):
            return self.random.choice([True, False])
        if isinstance(value, (int, float)):
            return value + self.random.choice([-1, 0, 1])
        if value is None:
            return "there"
        return self.random.choice([value, value + "z", "z" + value, "other"])

    def satisfy(self, node, want, into):
        if isinstance(node, ast.And if want else ast.Or):
            for term in node.terms:
                self.satisfy(term, want, into)
        elif isinstance(node, ast.Or if want else ast.And):
            self.satisfy(self.random.choice(node.terms), want, into)
        elif isinstance(node, ast.Not):
            self.satisfy(node.term, not want, into)
        elif isinstance(node, ast.Comparison) and isinstance(node.left, ast.Field) and isinstance(node.right, ast.Literal):
            value = node.right.value
            if value is None:
                return
            equal = {"==": True, "!=": False, "<=": True, ">=": True}.get(node.comparator)
            if equal is None or isinstance(value, bool):
                number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
                if number is not None:
                    into[self.name(node.left)] = number + ((1 if ">" in node.comparator else -1) if want else 0)
                    return
                into[self.name(node.left)] = value if (equal == want) else not value
                return
            into[self.name(node.left)] = value if equal == want else self.other(self.name(node.left))
        elif isinstance(node, ast.InSet) and isinstance(node.expression, ast.Field):
            name = self.name(node.expression)
            values = [item.value for item in node.container if isinstance(item, ast.Literal)]
            into[name] = self.random.choice(values) if want else self.other(name)
        elif isinstance(node, ast.FunctionCall) and node.arguments and isinstance(node.arguments[0], ast.Field):
            name = self.name(node.arguments[0])
            texts = [item.value for item in node.arguments[1:] if isinstance(item, ast.String)]
            if texts and want:
                text = self.random.choice(texts)
                wild = "wildcard" in node.name.lower()
                into[name] = self.like(text) if wild else text
                if node.name.lower().startswith("cidr"):
                    into[name] = text.split("/")[0]
            elif want is False:
                into[name] = self.other(name)

    def events(self, count):
        out, time = [], 1_000_000
        for number in range(count):
            query = self.queries[number % len(self.queries)]
            if self.random.random() < 0.3:
                query = self.random.choice(self.queries)
            event = {name: self.other(name) for name in self.fields}
            chosen = {}
            self.satisfy(query.query, self.random.random() < 0.9, chosen)
            event.update({name: value for name, value in chosen.items() if name not in self.keys or not self.fields[name]})
            if self.random.random() < 0.3 and event:
                name = self.random.choice(sorted(event))
                event[name] = self.other(name)
            for name in self.keys:
                event[name] = self.other(name)
            time += self.random.choice([0, 500, 1000, 2000])
            kind = query.event_type if query.event_type != "any" else self.random.choice(["process", "file", "network"])
            event.update({"id": number, "@timestamp": time, "event.category": kind})
            out.append(event)
        return out


def nested(event, paths):
    out = {}
    for name, value in event.items():
        place = out
        *path, last = paths.get(name) or name.split(".")
        for part in path:
            found = place.setdefault(part, {})
            place = found if isinstance(found, dict) else place
        place[last] = value
    return out


def theirs(text, events, paths):
    engine = eql.PythonEngine()
    found = []
    with elasticsearch_syntax, allow_runs, ignore_missing_functions:
        query = eql.parse_query(text)
    engine.add_output_hook(lambda result: found.append([event.data["id"] for event in result.events]))
    engine.add_query(query)
    for event in events:
        engine.stream_event(eql.Event(event["event.category"], event["@timestamp"] * SECOND // 1000, nested(event, paths)))
    engine.finalize()
    return found


SECOND = 10_000_000


def main():
    corpus, ours = sys.argv[1:]
    tasks = []
    for at, line in enumerate(open(corpus, encoding="utf-8")):
        rule = json.loads(line)
        if rule["language"] == "eql":
            tasks.append((rule["path"], spelled(rule["query"]), 2, 60))
    tasks += [(f"own {at}", text, 20, 60) for at, text in enumerate(SEQUENCES)]
    runs, left = [], {}
    for name, text, rounds, count in tasks:
        try:
            with elasticsearch_syntax, allow_runs, allow_negation, allow_sample, ignore_missing_functions:
                query = eql.parse_query(text)
        except eql.EqlError as error:
            left.setdefault(f"python eql does not read it: {type(error).__name__}", []).append(name)
            continue
        if isinstance(query.first, ast.Sample) or "![" in text.replace(" ", ""):
            left.setdefault("a sample or a missing event", []).append(name)
            continue
        if '"?*"' in text:
            left.setdefault("a pattern `?*`: `?` is a plain character there", []).append(name)
            continue
        for turn in range(rounds):
            maker = Maker(query, f"{name}{turn}")
            runs.append((name, text, maker.events(count), maker.paths))
    given = "".join(json.dumps({"query": text, "events": events}) + "\n" for _, text, events, _ in runs)
    answers = subprocess.run([ours], input=given, capture_output=True, text=True, check=True).stdout.splitlines()
    same = differ = matches = 0
    firing, bad = set(), {}
    for (name, text, events, paths), answer in zip(runs, answers, strict=True):
        answer = json.loads(answer)
        try:
            expected = sorted(theirs(text, events, paths))
        except Exception as error:  # noqa: BLE001 - their engine fails in several ways
            left.setdefault(f"python eql does not run it: {type(error).__name__}: {str(error)[:90]}", []).append(name)
            continue
        found = sorted(answer.get("found", [answer]) if "found" in answer else [])
        if "error" in answer or found != expected:
            differ += 1
            bad.setdefault(name, (answer.get("error"), found, expected))
        else:
            same += 1
            matches += len(found)
            if found:
                firing.add(name)
    print(f"{same} runs the same ({matches} matches; {len(firing)} queries fired), {differ} not")
    for reason, names in sorted(left.items()):
        print(f"left out: {reason}: {len(set(names))}")
    for name, (error, found, expected) in list(bad.items())[:20]:
        print(f"differs: {name}: {error or ''} ours {found[:6]} theirs {expected[:6]}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
