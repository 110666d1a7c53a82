# SPDX-License-Identifier: MIT
"""Tasks: what each does or waits for, and the stack of one that is switched out.

A task of the deterministic engine that does not run lies on a stack of its own, where the switch left its
registers (src/shim/host/fiber_switch.c). An unwinder says of the innermost frame that it was called from
there: so "bt", "up" and "info locals" see that task, in a process as well as in a core file, and nothing is
written. A task of the free-running engine is a thread of gdb's.
"""
import os

import gdb
from gdb.unwinder import Unwinder, register_unwinder

from . import machine, pages

# Where the switch left what a function must keep, in bytes from the saved stack pointer; and its frame.
SAVED = {
    "i386:x86-64": ({"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48, "rip": 56}, "rsp", 64, "rip"),
    "aarch64": ({**{f"x{19 + i}": 8 * i for i in range(10)}, "x29": 80, "x30": 88, "pc": 88}, "sp", 176, "pc"),
}


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class FiberUnwinder(Unwinder):
    """While @sp is set, the innermost frame's caller is the switch that left its registers there."""

    def __init__(self):
        super().__init__("psim-fiber")
        self.sp = None

    def __call__(self, pending_frame):
        if self.sp is None or pending_frame.level() != 0:
            return None
        layout = SAVED.get(pending_frame.architecture().name())
        if not layout:
            return None
        registers, sp, size, pc = layout
        words = machine.words(self.sp, size // 8)
        # the frame of the switch itself: inner to all that follow, wherever the two stacks are
        info = pending_frame.create_unwind_info(FrameId(gdb.Value(self.sp - 16), pending_frame.read_register(pc)))
        kind = gdb.lookup_type("unsigned long")
        for register, offset in registers.items():
            info.add_saved_register(register, gdb.Value(words[offset // 8]).cast(kind))
        info.add_saved_register(sp, gdb.Value(self.sp + size).cast(kind))
        return info


fiber_unwinder = FiberUnwinder()


def register():
    register_unwinder(None, fiber_unwinder, replace=True)


def forget_frames():
    if hasattr(gdb, "invalidate_cached_frames"):
        gdb.invalidate_cached_frames()
    else:
        gdb.execute("flushregs", to_string=True)


def look_at(stack, home=None):
    """From now on frames are those of a stack: where the switch left it, a thread's; None: of what runs.
@home: the thread that gdb looked at when the command began."""
    thread = stack if isinstance(stack, gdb.InferiorThread) else home
    sp = None if isinstance(stack, gdb.InferiorThread) else stack
    if thread is not None and thread.is_valid() and thread.global_num != gdb.selected_thread().global_num:
        thread.switch()
    if fiber_unwinder.sp != sp:
        fiber_unwinder.sp = sp
        forget_frames()


def thread_of(task):
    """The thread that runs a task of the free-running engine; None."""
    home, found = gdb.selected_thread(), None
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        try:
            if int(machine.value("__psim_current")) == int(task.address):
                found = thread
        except (machine.NotThere, gdb.error):
            pass  # a thread that has none
    home.switch()
    return found


class Task:
    """One struct psim_ctl."""

    def __init__(self, ctl):
        self.ctl = ctl
        self.task = ctl["task"]

    @property
    def number(self):
        return int(self.task["pid"])

    @property
    def name(self):
        return f"{machine.chars(self.task['comm'])}/{self.number}"

    @property
    def state(self):
        if self.is_current:
            return "runs"
        return machine.enum_names("enum psim_task_state", "PSIM_").get(int(self.ctl["state"]), "?")

    @property
    def kind(self):
        return machine.enum_names("enum psim_task_kind", "PSIM_TASK_").get(int(self.ctl["kind"]), "?")

    @property
    def cpu(self):
        number = int(self.ctl["cpu"])
        return f"CPU {number}" if number >= 0 else "no CPU"

    @property
    def is_current(self):
        """Does the selected thread run it?"""
        try:
            return int(machine.value("__psim_current")) == int(self.task.address)
        except machine.NotThere:
            return False

    @property
    def stack(self):
        """For look_at(): None: it runs."""
        if self.is_current:
            return None
        fiber = self.ctl["fiber"]
        return int(fiber["sp"]) or None if int(fiber) else thread_of(self.task)

    @property
    def held(self):
        """The locks it holds, oldest first: values of struct __psim_held."""
        sync = self.task["__psim_sync"]
        return [sync["held"][i] for i in range(int(sync["nr_held"]))]

    @property
    def waits(self):
        """What it waits for: struct psim_waits, or None."""
        return self.ctl["waits"].dereference() if int(self.ctl["waits"]) else None

    def frames(self):
        """Its frames, innermost first. What runs has its own; the caller has not to be on another stack."""
        stack = self.stack
        if stack is None and not self.is_current:
            return
        look_at(stack)
        frame = gdb.newest_frame()
        if fiber_unwinder.sp is not None:
            frame = frame.older()
        while frame is not None and frame.is_valid():
            yield frame
            frame = frame.older()


def all_tasks():
    """In order of birth."""
    return [Task(ctl) for ctl in machine.list_entries(machine.value("psim_tasks"), "struct psim_ctl", "all")]


def find(word):
    """By number, by name, by name/number."""
    found = [t for t in all_tasks() if word in (t.name, t.name.split("/", 1)[0], str(t.number))]
    if len(found) == 1:
        return found[0]
    names = " ".join(t.name for t in found or all_tasks())
    raise machine.NotThere(f"psim: {'which' if found else 'no'} task '{word}': there are {names}")


def holders(lockmap):
    """The tasks that hold a lock, with their struct __psim_held."""
    return [(task, held) for task in all_tasks() for held in task.held if int(held["map"]) == int(lockmap)]


def said_of(waits):
    """ "waits for mutex &x->lock in f, held by b/2 since g" """
    what = machine.text(waits["what"]) if int(waits["what"]) else None
    if int(waits["task"]):
        other = waits["task"]
        return f"waits for the end of {machine.chars(other['comm'])}/{int(other['pid'])}"
    text = f"waits for {what}"
    name = waits["map"]["name"] if int(waits["map"]) else waits["name"]
    if int(name):
        text += f" {machine.text(name)}"
    if int(waits["holder"]):
        text += f" {int(waits['number']):#x}"
    if int(waits["site"]):
        text += f" in {machine.text(waits['site'])}"
    if int(waits["map"]):
        who = [f"{task.name} since {machine.text(held['site'])}" for task, held in holders(waits["map"])]
        if who:
            text += ", held by " + " and ".join(who)
    elif int(waits["holder"]) and what == "page":
        page = pages.Page(int(waits["number"]))
        if page.locked:
            text += ", held by " + next((t.name for t in all_tasks() if t.number == page.owner), "nobody")
    return text


def waiting(task):
    """In words, what a task waits for; "" if it does not, or did not say."""
    if task.waits is not None:
        return said_of(task.waits)
    if int(task.ctl["queue"]):
        return f"waits in queue {machine.text(task.ctl['queue'])}"
    return ""


def place(frame):
    """ "folio_lock at folio_lock.c:120" """
    name = frame.name() or "?"
    where = frame.find_sal()
    if where.symtab:
        return f"{name} at {os.path.basename(where.symtab.filename)}:{where.line}"
    return name


# What lies between a task's own code and the switch, at either end of its stack.
ENGINE = ("fiber.c", "fiber_switch.c", "deterministic.c", "engine_room.c", "free.c", "thread.c")
# What says little about what a task is doing.
ROOMS = ("/src/shim/sched/", "/src/shim/host/", "/src/shim/sim/", "/src/explore/")


def of_program(frame):
    """The source file of a frame of the program itself, not of a library; None."""
    symtab = frame.find_sal().symtab
    if symtab is None or symtab.objfile.filename != gdb.current_progspace().filename:
        return None
    return symtab.fullname()


def own_frames(task):
    """Its frames without the engine's and the libraries', which are the same in every task."""
    def of_engine(frame):
        path = of_program(frame)
        return path is None or os.path.basename(path) in ENGINE
    frames = list(task.frames())
    first = 0
    while first < len(frames) and of_engine(frames[first]):
        first += 1
    last = len(frames)
    while last > first and of_engine(frames[last - 1]):
        last -= 1
    return frames[first:last] or frames


def innermost(task):
    """The frame that says most: the innermost one outside of the engine and the instruments."""
    home = gdb.selected_thread()
    try:
        for frame in task.frames():
            path = of_program(frame)
            if path and not any(room in path for room in ROOMS):
                return place(frame)
    except gdb.error:
        pass
    finally:
        look_at(None, home)
    return ""
