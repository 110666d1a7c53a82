# SPDX-License-Identifier: MIT
"""The commands under "psim", and two functions for expressions."""
import gdb

from . import locks, machine, pages, slots, spaces, tasks


class Psim(gdb.Command):
    """What the psim machine has: psim page, address, tasks, bt, task, locks."""

    def __init__(self):
        super().__init__("psim", gdb.COMMAND_DATA, prefix=True)


class Command(gdb.Command):
    """One of them; its name is its class's."""

    def __init__(self):
        super().__init__("psim " + type(self).__name__.lower(), gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        machine.need_machine()
        before = Frame()
        try:
            self.run(argument.strip())
        finally:
            if not isinstance(self, Task):
                before.select()


class Frame:
    """The frame that gdb looks at: the stack that "psim task" has chosen, and how far up."""

    def __init__(self):
        self.thread, self.sp = gdb.selected_thread(), tasks.fiber_unwinder.sp
        self.level = gdb.selected_frame().level() if hasattr(gdb.Frame, "level") else 0

    def select(self):
        tasks.look_at(self.sp, self.thread)
        frame = gdb.newest_frame()
        for _ in range(self.level):
            frame = frame.older() or frame
        frame.select()


def show_page(page):
    print(page.summary())
    if page.is_tail:
        page = pages.Page(page.head)
        print(page.summary())
    if page.is_free:
        return
    if page.order:
        large, entire, pins = page.large_maps()
        print(f"  mapped {large} times in all, {entire} of that by a PMD, pins {pins}")
    print(f"  taken in {page.site}")
    if page.locked:
        print("  locked by " + next((t.name for t in tasks.all_tasks() if t.number == page.owner), "a task that ended"))
    for mm, address, slot in spaces.slots_naming(page.pfn):
        print(f"  at {address:#x} of {spaces.name(mm)}: {slots.describe(slot)}")


def show_address(address):
    """Return: was it mapped anywhere?"""
    found = False
    for mm in spaces.all_spaces():
        for vma in spaces.vmas(mm):
            if int(vma["vm_start"]) <= address < int(vma["vm_end"]):
                break
        else:
            continue
        found = True
        at = spaces.walk(mm, address)
        print(f"{address:#x} of {spaces.name(mm)}: {slots.describe(at[0]) if at else 'no page table'}")
        print(f"  {spaces.vma_summary(vma)}")
        if at and slots.kind(at[0]) in slots.WITH_PFN:
            offset = (address >> 12) & 511 if at[1] else 0
            show_page(pages.Page(slots.pfn(at[0]) + offset))
    return found


class Page(Command):
    """psim page X: a page and what is known of it.
X: a page frame number, a pointer to struct page or struct folio, or an address of a simulated process."""

    def run(self, argument):
        if not argument:
            raise machine.NotThere("psim: a page frame number, a pointer to a page, or an address is wanted")
        value = machine.value(argument)
        number = int(value.address if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else value)
        page = pages.at(number)
        if page is None and pages.is_valid(number):
            page = pages.Page(number)
        if page is not None:
            show_page(page)
        elif not show_address(number):
            raise machine.NotThere(f"psim: {number:#x} is no page frame in use, no descriptor, and mapped nowhere")


class Address(Command):
    """psim address ADDRESS: the slot of an address in each process that has it mapped, and its page."""

    def run(self, argument):
        address = int(machine.value(argument or "0"))
        if not show_address(address):
            raise machine.NotThere(f"psim: {address:#x} is mapped nowhere")


class Tasks(Command):
    """psim tasks [-v]: all simulated tasks: kind, state, CPU, what each waits for, where it is.
With -v also the whole stack of each."""

    def run(self, argument):
        rows = [(("* " if t.is_current else "  ") + t.name, t.kind, t.state, t.cpu,
                 about(t), t) for t in tasks.all_tasks()]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        for row in rows:
            print("  ".join(row[i].ljust(widths[i]) for i in range(4)) + "  " + row[4])
            if argument == "-v":
                show_stack(row[5], "      ")


def about(task):
    """What it waits for, or where it is."""
    place = tasks.waiting(task) or tasks.innermost(task)
    if place:
        return place if place.startswith("waits") else "at " + place
    return "has nothing to do" if task.state == "idle" else "in the engine"


def show_stack(task, indent):
    home = gdb.selected_thread()
    try:
        for i, frame in enumerate(tasks.own_frames(task)):
            print(f"{indent}#{i} {tasks.place(frame)}")
    except gdb.error as error:
        print(f"{indent}({error})")
    finally:
        tasks.look_at(None, home)


class Bt(Command):
    """psim bt TASK: the stack of a task: by number, name, or name/number."""

    def run(self, argument):
        show_stack(tasks.find(argument) if argument else
                   next(t for t in tasks.all_tasks() if t.is_current), "")


class Task(Command):
    """psim task [TASK]: gdb looks at that task's stack: bt, up, info locals; without TASK at what runs again.
Frame 0 stays the running task's, that task begins at frame 1; the engine's frames are passed over. When the
program goes on, this is over."""

    def run(self, argument):
        task = tasks.find(argument) if argument else None
        tasks.look_at(None)
        if task and (frames := tasks.own_frames(task)):
            frames[0].select()
        gdb.execute("frame")


class Locks(Command):
    """psim locks: who holds which lock, since when, and who waits for it."""

    def run(self, argument):
        if not locks.are_listed():
            print("(this machine keeps no lists of held locks: PSIM_HELD_LOCKS is off)")
        lines = [*locks.held_locks(), *locks.locked_folios()]
        print("\n".join(lines) if lines else "no lock is held")


class Pfns(Command):
    """psim pfns ARRAY COUNT: entries of an array of encoded page frame numbers, as in migrate_vma."""

    def run(self, argument):
        words = argument.rsplit(None, 1)
        if len(words) != 2:
            raise machine.NotThere("psim: an array and a count are wanted: psim pfns src 4")
        array, count = (int(machine.value(word)) for word in words)
        for i, entry in enumerate(machine.words(array, count)):
            print(f"[{i}] {slots.describe_migrate(entry)}")


class Decode(gdb.Function):
    """A number in words, for expressions: print $mpfn(src[0])"""

    def __init__(self, name, describe):
        super().__init__(name)
        self.describe = describe

    def invoke(self, value):
        return self.describe(int(value))


def forget(_event):
    """The program goes on: every stack is another one then."""
    tasks.look_at(None)


def register():
    for command in (Psim, Page, Address, Tasks, Bt, Task, Locks, Pfns):
        command()
    Decode("mpfn", slots.describe_migrate)
    Decode("slot", slots.describe)
    gdb.events.cont.connect(forget)
