#!/usr/bin/env python3
"""The house rules that can be read off the tree; every breach is printed as file:line.

  scripts/structure.py            all checks; exit code 1 if one finds something
  scripts/structure.py --arrows   which room includes which, and on which floor it stands

Rooms and their arrows stand in ROOMS below; what may be longer than the limits stands with its reason in
docs/design.md, in the table under "Longer than the limits". Functions and types are found by universal-ctags.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 350
FUNCTION_LINES = 60
FLOORS = 5  # of harness/
EXCEPTIONS = "Longer than the limits"

# Room -> the rooms that it may include. A top folder stands for its subfolders unless they are rooms of their own.
ROOMS = {
    "base": [],
    "datasets": ["base"],
    "methods": ["base", "methods/core", "methods/math"],
    "methods/core": ["base", "methods/math"],
    "methods/math": ["base"],
    "methods/regroup": ["base", "datasets"],
    "results": ["base"],
    "models": ["base", "datasets"],
    "harness/config": ["base", "methods/core"],
    "harness/device": ["base"],
    "harness/bill": ["base", "models", "results", "harness/device"],
    "harness/sweep": ["base", "methods/core", "models", "harness/config"],
    "harness/tasks": ["base", "datasets", "methods/core", "methods/math", "models", "harness/config", "harness/device"],
    "harness/trainer": ["base", "datasets", "methods/core", "methods/math", "models", "results", "harness/bill",
                        "harness/config", "harness/device", "harness/grouping", "harness/tasks"],
    "harness/grouping": ["base", "datasets", "methods/core", "methods/regroup", "models", "results", "harness/bill",
                         "harness/config", "harness/device", "harness/tasks"],
    "harness/commands": ["base", "datasets", "methods", "methods/core", "methods/regroup", "models", "results",
                         "harness/bill", "harness/config", "harness/device", "harness/grouping", "harness/sweep",
                         "harness/tasks", "harness/trainer"],
}  # fmt: skip
WITH_TORCH = ["models", "harness/bill", "harness/commands", "harness/device", "harness/grouping", "harness/tasks",
              "harness/trainer"]  # fmt: skip
TORCH = re.compile(r"(torch|ATen|c10|caffe2)/")
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def tracked_files():
    """Files of the tree, also those that are new and not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def is_cpp(name):
    return name.endswith((".h", ".cpp"))


def is_test(name):
    return name.startswith(("tests/", "benchmarks/"))


def room_of(name):
    """The room of a file: the longest entry of ROOMS that is a folder above it; None for tests."""
    for folder in PurePosixPath(name).parents:
        if str(folder) in ROOMS:
            return str(folder)
    return None


def includes(name):
    """(line number, path, in quotes) of each include."""
    for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1] or found[2], found[1] is not None


def circle_in(graph):
    """The nodes of one circle of a graph {node: {node: place}}, or nothing."""
    done, path = set(), []

    def walk(node):
        if node in path:
            return path[path.index(node) :]
        if node in done:
            return []
        path.append(node)
        for following in sorted(graph.get(node, {})):
            circle = walk(following)
            if circle:
                return circle
        done.add(path.pop())
        return []

    for start in sorted(graph):
        circle = walk(start)
        if circle:
            return circle
    return []


def circles(graph, what):
    """One line per circle; each is cut at its first arrow to look for the next."""
    graph = {node: dict(after) for node, after in graph.items()}
    while circle := circle_in(graph):
        first, second = circle[0], circle[1 % len(circle)]
        yield f"{graph[first][second]}: a circle of {what}: {' -> '.join([*circle, circle[0]])}"
        del graph[first][second]


def floors(graph):
    """Room -> floor: 1 for rooms that include none of the others."""
    known = {}

    def floor(room):
        if room not in known:
            known[room] = 1  # ends the walk on a circle, which is reported elsewhere
            known[room] = 1 + max([floor(below) for below in graph.get(room, {})], default=0)
        return known[room]

    return {room: floor(room) for room in graph}


def arrows_between_rooms(files):
    graph = {room: {} for room in ROOMS}
    for name in files:
        room = room_of(name)
        if not is_cpp(name) or not room:
            continue
        for number, target, quoted in includes(name):
            other = room_of(target) if quoted else None
            if other and other != room:
                graph[room].setdefault(other, f"{name}:{number}")
    return graph


def in_harness(graph):
    return {
        room: {other: place for other, place in after.items() if other.startswith("harness/")}
        for room, after in graph.items()
        if room.startswith("harness/")
    }


def check_arrows(files):
    for name in files:
        room = room_of(name)
        if not is_cpp(name) or is_test(name):
            continue
        if not room:
            yield f"{name}:1: stands in no room; expected a folder of {', '.join(ROOMS)}"
            continue
        for number, target, quoted in includes(name):
            other = room_of(target) if quoted else None
            if other and other != room and other not in ROOMS[room]:
                yield f"{name}:{number}: {room} may not include {other}"
            if TORCH.match(target) and room not in WITH_TORCH:
                yield f"{name}:{number}: {room} does without LibTorch; found {target}"
            if target.startswith(("tests/", "benchmarks/")):
                yield f"{name}:{number}: a product file includes {target}"


def check_circles(files):
    headers = defaultdict(dict)
    for name in files:
        if not name.endswith(".h"):
            continue
        for number, target, quoted in includes(name):
            if quoted:
                headers[name].setdefault(target, f"{name}:{number}")
    yield from circles(headers, "headers")
    rooms = arrows_between_rooms(files)
    yield from circles(rooms, "rooms")
    highest = max(floors(in_harness(rooms)).values(), default=0)
    if highest > FLOORS:
        yield f"harness:1: its rooms stand on {highest} floors; expected at most {FLOORS}"


def exceptions():
    """{(file, name): lines} from docs/design.md; the name "file" is the whole file."""
    allowed, inside = {}, False
    for line in (ROOT / "docs/design.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            inside = line.strip("# ") == EXCEPTIONS
        row = re.match(r"\|\s*`([^`]+)`\s*\|\s*`?([^`|]+?)`?\s*\|\s*(\d+)\s*\|\s*([^|]+?)\s*\|$", line)
        if inside and row:
            allowed[row[1], row[2]] = int(row[3])
    return allowed


def tags(files, language):
    """What universal-ctags finds: dictionaries with path, name, kind, line, end, scope."""
    names = [name for name in files if (is_cpp(name) if language == "C++" else name.endswith(".py"))]
    kinds = ["--kinds-C++=fcsgut", "--kinds-Python=fm"]
    command = ["ctags", f"--languages={language}", "--language-force=" + language, *kinds, "--fields=+neKZ"]
    command += ["--output-format=json", "-f", "-", "-L", "-"]
    try:
        found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, input="\n".join(names))
    except FileNotFoundError:
        sys.exit("structure: there is no ctags; apt-get install universal-ctags")
    return [json.loads(line) for line in found.stdout.splitlines()]


def check_sizes(files, cpp):
    allowed = exceptions()
    seen = set()

    def too_long(name, what, line, lines, limit):
        if lines <= limit:
            return None
        seen.add((name, what))
        limit = max(limit, allowed.get((name, what), 0))
        return f"{name}:{line}: {what} has {lines} lines; expected at most {limit}" if lines > limit else None

    endings = (".h", ".cpp", ".py", ".sh", ".cmake", "CMakeLists.txt")
    found = []
    for name in files:
        if name.endswith(endings):
            lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
            found.append(too_long(name, "file", 1, lines, FILE_LINES))
    for tag in cpp + tags(files, "Python"):
        if tag["kind"] in ("function", "member") and "end" in tag:
            lines = tag["end"] - tag["line"] + 1
            found.append(too_long(tag["path"], tag["name"], tag["line"], lines, FUNCTION_LINES))
    yield from filter(None, found)
    for name, what in sorted(set(allowed) - seen):
        yield f"docs/design.md:1: {what} of {name} is within the limits or gone; take it out of the table"


def check_namesakes(cpp):
    """Types of one name in two files, unless in unnamed namespaces: undefined behaviour if one program has both."""
    places = defaultdict(dict)
    for tag in cpp:
        scope = tag.get("scope", "")
        if tag["kind"] not in ("class", "struct", "enum", "union", "typedef"):
            continue
        if "__anon" in scope or "__anon" in tag["name"] or scope.split("::")[0] != "rnb":
            continue
        places[f"{scope}::{tag['name']}"].setdefault(tag["path"], tag)
    for name, found in sorted(places.items()):
        aliases = {tag.get("typeref") for tag in found.values()} if len(found) > 1 else set()
        same_alias = all(tag["kind"] == "typedef" for tag in found.values()) and len(aliases) == 1
        if len(found) > 1 and not same_alias:
            first, *others = (f"{path}:{tag['line']}" for path, tag in sorted(found.items()))
            yield f"{first}: {name} is also defined in {', '.join(others)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrows", action="store_true", help="print the rooms' arrows and floors, check nothing")
    files = tracked_files()
    if parser.parse_args().arrows:
        graph = arrows_between_rooms(files)
        heights = floors(graph)
        for room in sorted(graph, key=lambda name: (heights[name], name)):
            print(f"{heights[room]}  {room:18} -> {', '.join(sorted(graph[room])) or 'nothing'}")
        return 0
    cpp = tags(files, "C++")
    checks = {
        "arrows": list(check_arrows(files)),
        "circles": list(check_circles(files)),
        "sizes": list(check_sizes(files, cpp)),
        "namesakes": list(check_namesakes(cpp)),
    }
    for found in checks.values():
        for line in found:
            print(line)
    words = ", ".join(f"{name} {len(found)}" for name, found in checks.items())
    print(f"structure: {len(files)} files; breaches: {words}")
    return 1 if any(checks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
