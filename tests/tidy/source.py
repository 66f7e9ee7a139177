"""What the tidy checks share: the list of files, C without comments, functions, TAP output."""
import os
import re
import shlex
import subprocess
import sys

TOP = os.path.realpath(os.environ.get("srcdir") or
                       os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

# The rooms below the process border: no system, no clock, no allocator but the stack's own.
CORE_ROOMS = ("base", "wire", "core", "ip", "ipv4", "ipv6", "inet", "tcp", "udp", "raw", "packet", "socket")
CODE_DIRS = ("src/", "include/", "drivers/", "preload/", "tests/", "examples/")


def files():
    """Every file of the project (tracked, or new and not ignored), relative to the top, sorted."""
    try:
        out = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard", "-z"],
                             check=True, capture_output=True).stdout.decode()
        found = [f for f in out.split("\0") if f]
    except (OSError, subprocess.CalledProcessError):
        found = []
        for root, dirs, names in os.walk(TOP):
            dirs[:] = [d for d in dirs
                       if not d.startswith((".git", "build", "autom4te", "__pycache__"))]
            found += [os.path.relpath(os.path.join(root, n), TOP) for n in names]
    return sorted({f for f in found if os.path.isfile(os.path.join(TOP, f))})


def c_files(dirs=CODE_DIRS, suffixes=(".c", ".h")):
    return [f for f in files() if f.startswith(dirs) and f.endswith(suffixes)]


def is_core(path):
    parts = path.split("/")
    return path == "src/stack.c" or (len(parts) > 2 and parts[0] == "src" and
                                     parts[1] in CORE_ROOMS)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def compile_flags():
    """The project's warnings, as errors, and its include path, for a look by the compiler only."""
    return ["-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
            *(f"-I{d}" for d in (os.path.join(TOP, "src"), os.path.join(TOP, "include"), TOP,
                                 os.environ.get("builddir", "."))),
            '-DNETSTACK_VERSION="0"', '-DNETSTACK_LIBDIR="/usr/lib"', '-DNETSTACK_SBINDIR="/usr/sbin"',
            *shlex.split(os.environ.get("NETSTACK_LIB_CFLAGS", ""))]


_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def strip(text, keep_strings=False):
    """C text with comments (and strings) blanked; line numbers stay as they were."""
    def blank(match):
        tok = match.group(0)
        if tok[0] == "/":
            return "\n" * tok.count("\n") or " "
        return tok if keep_strings else tok[0] + " " * (len(tok) - 2) + tok[0]
    return _TOKEN.sub(blank, text)


def without_preprocessor(text):
    """Blanks directives with their continuation lines, so that braces balance."""
    out, cont = [], False
    for line in text.split("\n"):
        directive = cont or line.lstrip().startswith("#")
        cont = directive and line.rstrip().endswith("\\")
        out.append("" if directive else line)
    return "\n".join(out)


_NAME = re.compile(r"([A-Za-z_]\w*)\s*$")


def _name_before(text, close):
    """The identifier in front of the parenthesis that closes at text[close]."""
    depth = 0
    for i in range(close, -1, -1):
        depth += {")": 1, "(": -1}.get(text[i], 0)
        if depth == 0:
            found = _NAME.search(text[:i][-200:])
            if found:
                return found.group(1)
            break
    return "?"


def functions(text):
    """Yields (name, first line, lines) for each function body in C text."""
    code = without_preprocessor(strip(text))
    depth, start, name, line, last = 0, None, None, 1, -1
    for i, ch in enumerate(code):
        if ch == "\n":
            line += 1
        elif ch == "{":
            if depth == 0 and last >= 0 and code[last] == ")":
                start, name = line, _name_before(code, last)
            depth += 1
        elif ch == "}":
            depth = max(depth - 1, 0)
            if depth == 0 and start is not None:
                yield name, start, line - start + 1
                start = None
        if not ch.isspace():
            last = i


class Report:
    """TAP: one case per rule; the offences of a rule are listed as diagnostics."""

    def __init__(self):
        self.cases = []

    def rule(self, name, offences, skip=None):
        self.cases.append((name, list(offences), skip))

    def finish(self):
        print(f"1..{len(self.cases)}")
        failed = False
        for n, (name, offences, skip) in enumerate(self.cases, 1):
            for o in offences[:100]:
                print(f"# {o}")
            if len(offences) > 100:
                print(f"# ... and {len(offences) - 100} more")
            failed |= bool(offences)
            print(f"{'not ' if offences else ''}ok {n} - {name}" +
                  (f" # SKIP {skip}" if skip and not offences else ""))
        sys.exit(1 if failed else 0)
