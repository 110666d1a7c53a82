# SPDX-License-Identifier: MIT
"""families.txt: what a name is that its header says nothing of."""
import fnmatch
import pathlib

FILE = pathlib.Path(__file__).with_name("families.txt")


class Families:
    def __init__(self, text=None):
        self.by_header, self.used = {}, set()
        header = None
        for number, line in enumerate((text or FILE.read_text()).split("\n"), 1):
            if line.startswith("["):
                header = line.strip("[]")
            elif line.strip() and not line.startswith("#"):
                globs, said = line.split(":", 1)
                said = said.strip()
                self.by_header.setdefault(header, []).append((number, globs.split(), said[0].upper() + said[1:]))

    def of(self, path, name):
        """What is said of a name of include/path; None."""
        for number, globs, said in self.by_header.get(path.removeprefix("include/"), ()):
            if any(fnmatch.fnmatchcase(name, glob) for glob in globs):
                return said
        return None

    def strangers(self, names):
        """Lines that fit no name; @names: (path, name)."""
        for path, name in names:
            for number, globs, _ in self.by_header.get(path.removeprefix("include/"), ()):
                if any(fnmatch.fnmatchcase(name, glob) for glob in globs):
                    self.used.add(number)
        return [number for lines in self.by_header.values() for number, _, _ in lines if number not in self.used]
