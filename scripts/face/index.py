# SPDX-License-Identifier: MIT
"""An index of what header files declare, made by universal-ctags and kept in a cache.

It knows names, kinds, places and signatures; it does not know what the preprocessor would choose: of
the branches of an #if all are seen.
"""
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

# d macro, e enumerator, f function, g enum, p prototype, s struct, t typedef, u union, x/v variable
KINDS = "defgpstuvx"
Tag = collections.namedtuple("Tag", "name kind path line signature type")
FORMAT = 5  # of the cache

# Words that ctags would take for a part of the type or for a function.
NOTHING = """__must_check __init __exit __user __iomem __force __percpu __rcu __always_inline __pure __cold __malloc
__weak __noreturn noinline asmlinkage __sched __attribute_const__ __visible __maybe_unused __always_unused __used
__deprecated notrace __latent_entropy __returns_nonnull __no_kasan_or_inline __ref __meminit __init_or_module __read_mostly
__cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp __ro_after_init __net_init
__printf()= __scanf()= __acquires()= __releases()= __must_hold()= __alloc_size()= __realloc_size()= __attribute__()=
__section()= __aligned()= __assume_aligned()= __counted_by()= __sized_by()= __asm__()= __kfence_alloc_size()=
DEFINE_LOCK_GUARD_0()= DEFINE_LOCK_GUARD_1()= DEFINE_LOCK_GUARD_1_COND()= DEFINE_GUARD()= DEFINE_GUARD_COND()=
DEFINE_FREE()= DEFINE_CLASS()= EXTEND_CLASS()= DECLARE_LOCK_GUARD_1_ATTRS()= EXPORT_SYMBOL()= EXPORT_SYMBOL_GPL()= DECLARE_STATIC_KEY_FALSE()= DECLARE_STATIC_KEY_TRUE()=""".split()


TYPE_PREFIX = re.compile(r"^(typename|struct|union|enum):")
# Words of a declaration that say nothing of its type.
DROPPED = re.compile(r"\b(extern|static|inline|__always_inline|__inline__|__must_check|__init|__exit|asmlinkage|noinline|"
                     r"__user|__iomem|__force|__percpu|__rcu|__pure|__cold|__sched|__maybe_unused|notrace|__meminit|"
                     r"__malloc|__weak|__deprecated|__ref|__used|__noreturn|__attribute_const__)\b\s*")


def type_of(root, tag):
    """'struct page *' out of ctags' 'struct:page *'; what it says nothing of is read in the file."""
    if tag.type:
        prefix = TYPE_PREFIX.match(tag.type)
        text = tag.type[prefix.end():] if prefix else tag.type
        if prefix and prefix.group(1) != "typename":
            text = f"{prefix.group(1)} {text}"
    else:
        lines = (pathlib.Path(root) / tag.path).read_text(errors="replace").split("\n")
        before = lines[tag.line - 1].split(tag.name)[0]
        # the type may stand on a line of its own
        text = before if before.strip() else lines[tag.line - 2]
    return re.sub(r"\b__printf\([^)]*\)\s*", "", DROPPED.sub("", text)).strip() or "int"


class Trouble(Exception):
    """Something the caller has to say to the user."""


def ctags(root, folders, extra=()):
    """The tags of all .h and .c files below the folders, which are relative to root."""
    if not shutil.which("ctags"):
        raise Trouble("universal-ctags is missing: scripts/install-deps.sh --tests installs it")
    command = ["ctags", "--options=NONE", "--languages=C", "--langmap=C:.h.c", f"--kinds-C={KINDS}", "--fields=NFKSnt",
               "--output-format=json", "-f", "-", *[f"-D{w}" if "(" in w else f"-I{w}" for w in map(ignored, NOTHING)],
               *extra, "-R", *[str(f) for f in folders]]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise Trouble("ctags: " + done.stderr.decode(errors="replace").strip())
    for line in done.stdout.decode(errors="replace").splitlines():
        tag = json.loads(line)
        if tag["_type"] == "tag":
            yield tag


def ignored(word):
    return word.replace("()=", "(...)=") if "()" in word else word


def version_of(tree):
    """'6.12' out of the tree's Makefile."""
    path = pathlib.Path(tree) / "Makefile"
    if not path.exists():
        raise Trouble(f"'{tree}' is no kernel source: it has no Makefile")
    found = dict(re.findall(r"^(VERSION|PATCHLEVEL) = (\d+)$", path.read_text(errors="replace"), re.M))
    if len(found) != 2:
        raise Trouble(f"'{tree}' is no kernel source: its Makefile has no lines VERSION and PATCHLEVEL")
    return found["VERSION"] + "." + found["PATCHLEVEL"]


def state_of(folder):
    """Changes when a header below the folder does."""
    newest = count = 0
    stack = [folder]
    while stack:
        for entry in os.scandir(stack.pop()):
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
            elif entry.name.endswith(".h"):
                count += 1
                newest = max(newest, entry.stat().st_mtime_ns)
    return f"{FORMAT} {count} {newest}"


class Index:
    """The headers of a kernel tree (its include/), by name."""

    def __init__(self, tree, cache=None):
        self.tree = pathlib.Path(tree).resolve()
        self.version = version_of(tree)
        include = self.tree / "include"
        if not include.is_dir():
            raise Trouble(f"'{tree}' (Linux {self.version}) has no include/")
        cache = pathlib.Path(cache or os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "psim"
        cache.mkdir(parents=True, exist_ok=True)
        self.path = cache / f"headers-{hashlib.sha256(str(self.tree).encode()).hexdigest()[:16]}.sqlite"
        self.fresh = False
        state = state_of(include)
        if not self.is_current(state):
            self.build(state)
            self.fresh = True
        self.db = sqlite3.connect(self.path)

    def is_current(self, state):
        if not self.path.exists():
            return False
        try:
            db = sqlite3.connect(self.path)
            return db.execute("select state from about").fetchone() == (state,)
        except sqlite3.DatabaseError:
            return False

    def build(self, state):
        new = self.path.with_suffix(f".{os.getpid()}")
        new.unlink(missing_ok=True)
        db = sqlite3.connect(new)
        db.execute("create table about (state text)")
        db.execute("create table tag (name text, kind text, path text, line int, signature text, type text)")
        db.executemany("insert into tag values (?,?,?,?,?,?)",
                       ((t["name"], t["kind"], t["path"], t["line"], t.get("signature"), t.get("typeref"))
                        for t in ctags(self.tree, ["include"])))
        db.execute("create index by_name on tag (name)")
        db.execute("insert into about values (?)", (state,))
        db.commit()
        db.close()
        os.replace(new, self.path)

    def tags(self, names):
        """All tags of these names, by name; what drivers include before what user space sees."""
        found = collections.defaultdict(list)
        names = list(names)
        for i in range(0, len(names), 500):
            part = names[i:i + 500]
            marks = ",".join("?" * len(part))
            for row in self.db.execute(f"select * from tag where name in ({marks}) order by path, line", part):
                found[row[0]].append(Tag(*row))
        return found
