"""What no linter knows: sizes, nesting, import depth, duplicates, where SQL lives, the share of tests.

Measured over every file written by hand (tracked by git, source suffix, not marked as generated on its first
lines); no file is excused by name.
"""

import ast
import re
import statistics
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = {".py", ".pyi", ".rs", ".ts", ".svelte", ".css", ".js", ".mjs", ".sql", ".sh", ".html"}
WINDOW = 6
NESTED = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)


@cache
def written() -> dict[str, list[str]]:
    """Path below the root -> lines, of every source file written by hand."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    files = {}
    for name in sorted(filter(None, listed.decode().split("\0"))):
        path = ROOT / name
        if path.suffix in SOURCE and path.is_file():
            lines = path.read_text("utf-8").splitlines()
            if not any("auto-generated" in line for line in lines[:3]):
                files[name] = lines
    return files


@cache
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse("\n".join(lines)) for name, lines in written().items() if name.endswith(".py")}


def functions() -> list[tuple[str, int]]:
    """(where, lines) of every function: by syntax in Python, by the indented closing brace elsewhere."""
    found = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((f"{name}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1))
    opening = re.compile(
        r"^(\s*)(?:pub(?:\([a-z]+\))? |export |default |async |const |static )*(?:fn|function) (\w+)"
    )
    for name, lines in written().items():
        if not name.endswith((".rs", ".ts", ".svelte", ".js", ".mjs")):
            continue
        for start, line in enumerate(lines):
            if (match := opening.match(line)) and not line.rstrip().endswith(("}", ";")):
                end = next((i for i in range(start, len(lines)) if lines[i] == match[1] + "}"), start)
                found.append((f"{name}:{start + 1} {match[2]}", end - start + 1))
    return found


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Deepest stack of compound statements below `node`; an `elif` stands beside its `if`."""
    deepest = depth
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                beside = isinstance(node, ast.If) and field == "orelse" and isinstance(child, ast.If)
                step = isinstance(child, NESTED) and not beside
                deepest = max(deepest, nesting(child, depth + step))
    return deepest


def rooms() -> dict[str, set[str]]:
    """Room -> rooms it imports, from the sources."""
    imports: dict[str, set[str]] = defaultdict(set)
    for name, tree in trees().items():
        if not name.startswith("server/anagnorisis/"):
            continue
        room = Path(name).relative_to("server/anagnorisis").parts[0].removesuffix(".py")
        for node in ast.walk(tree):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module == "anagnorisis":
                modules = [f"anagnorisis.{alias.name}" for alias in node.names]
            for module in modules:
                if module.startswith("anagnorisis."):
                    imports[room].add(module.split(".")[1])
        imports[room].discard(room)
    return imports


def duplicated() -> tuple[float, list[str]]:
    """Share of non-blank lines inside a run of WINDOW equal lines that stands twice, and where."""
    seen: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    total, places = 0, {}
    for name, lines in written().items():
        kept = [(i + 1, line.strip()) for i, line in enumerate(lines) if line.strip()]
        total += len(kept)
        for i in range(len(kept) - WINDOW + 1):
            window = tuple(text for _, text in kept[i : i + WINDOW])
            if sum(len(text) > 3 for text in window) >= 4:  # a tail of closing brackets is no repetition
                seen[window].append((name, i))
    for hits in seen.values():
        if len(hits) > 1:
            for name, i in hits:
                places.update({(name, i + k): True for k in range(WINDOW)})
    return len(places) / max(total, 1), sorted({f"{name}:{i}" for name, i in places})


def test_no_file_is_longer_than_400_lines_and_the_median_is_at_most_120() -> None:
    sizes = {name: len(lines) for name, lines in written().items()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
    assert statistics.median(sizes.values()) <= 120


def test_no_component_is_longer_than_150_lines() -> None:
    assert {n: len(x) for n, x in written().items() if n.endswith(".svelte") and len(x) > 150} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    assert [f"{where} {size}" for where, size in functions() if size > 50] == []


def test_nothing_is_nested_deeper_than_four() -> None:
    deep = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and nesting(node) > 4:
                deep.append(f"{name}:{node.lineno} {node.name}")
    assert deep == []


def test_the_longest_chain_of_rooms_is_at_most_ten() -> None:
    graph = rooms()

    @cache
    def depth(room: str) -> int:
        return 1 + max((depth(below) for below in graph.get(room, ()) if below != "_core"), default=0)

    assert max(depth(room) for room in list(graph)) <= 10


def test_at_most_three_percent_of_the_lines_stand_twice() -> None:
    share, places = duplicated()
    assert share <= 0.03, f"{share:.1%}: {places[:40]}"


def test_half_of_the_python_lines_are_tests() -> None:
    lines = {name: len(body) for name, body in written().items() if name.endswith(".py")}
    tests = sum(size for name, size in lines.items() if name.startswith("tests/"))
    code = sum(size for name, size in lines.items() if name.startswith("server/"))
    assert tests >= 0.5 * (tests + code), f"{tests} lines of tests, {code} lines of server"


def test_sql_lives_in_the_store() -> None:
    statement = re.compile(r"\b(SELECT .+ FROM|INSERT (OR \w+ )?INTO|DELETE FROM|UPDATE \w+ SET)\b")
    outside = [
        f"{name}:{i + 1}"
        for name, lines in written().items()
        if name.startswith("server/") and "/store/" not in name
        for i, line in enumerate(lines)
        if statement.search(line)
    ]
    assert outside == []


def test_every_file_says_first_why_it_exists() -> None:
    opening = {
        ".py": '"""',
        ".pyi": '"""',
        ".rs": "//!",
        ".sql": "--",
        ".ts": ("//", "/**"),
        ".js": ("//", "/**"),
        ".mjs": ("//", "/**"),
        ".svelte": "<!--",
        ".css": "/*",
    }
    silent = [
        name
        for name, lines in written().items()
        if (mark := opening.get(Path(name).suffix)) and lines and not lines[0].startswith(mark)
    ]
    assert silent == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
def test_no_work_is_left_as_a_note_in_the_code(word: str) -> None:
    noted = re.compile(rf"\b{word}\b")
    assert [n for n, lines in written().items() if any(noted.search(line) for line in lines)] == []


def test_no_path_of_a_developers_machine_is_written_down() -> None:
    tell = re.compile(r"(?<![\w.~$}/])/(work|root)/")
    assert [n for n, lines in written().items() if any(tell.search(line) for line in lines)] == []
