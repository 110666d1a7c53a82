# SPDX-License-Identifier: MIT
"""What the browser tests share: a browser, pages made by psim, and the text trace's truth about them.

The text of the same run is read here by a second, plain implementation: what a page's slot holds after so
many events, and which lines speak of a page. The page in the browser has to agree with it.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIP)


try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    # Debian's module belongs to Debian's Python, which need not be the first in PATH
    if os.path.exists("/usr/bin/python3") and not os.environ.get("PSIM_BROWSER_AGAIN"):
        os.environ["PSIM_BROWSER_AGAIN"] = "yes"
        os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)
    skip("python3-selenium is not installed (scripts/install-deps.sh --all)")

DRIVER = shutil.which("chromedriver")
if not DRIVER or not (shutil.which("chromium") or shutil.which("google-chrome")):
    skip("no chromium or no chromedriver is installed (scripts/install-deps.sh --all)")


def start(width=1400, height=850):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--force-device-scale-factor=1", f"--window-size={width},{height}",
                     "--js-flags=--expose-gc"):
        options.add_argument(argument)
    binary = shutil.which("chromium")
    if binary:
        options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(service=Service(DRIVER), options=options)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    return browser


def colours(browser, scheme):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def open_page(browser, path, seconds=60):
    """Load a page and wait until it says that it is ready, or that it cannot be shown."""
    browser.get("file://" + path)
    end = time.time() + seconds
    while not browser.execute_script("return document.documentElement.dataset.ready || "
                                     "!document.getElementById('notice').hidden && !window.psim"):
        if time.time() > end:
            raise AssertionError("the page is not ready after %d s" % seconds)
        time.sleep(0.02)


def settle(browser):
    """Until what was asked for is drawn"""
    browser.execute_async_script("const done = arguments[0];"
                                 "requestAnimationFrame(() => requestAnimationFrame(() => done()))")


# How many pages a slot is, by the event that changes it
SLOTS = {"set_pte": 1, "set_pmd": 512}


class Run:
    """A scenario, or a program of ours, run once: its page, its text, and the truth in it."""

    def __init__(self, psim, folder, name, *settings):
        stem = os.path.join(folder, "-".join((os.path.basename(name),) + settings).replace("=", ""))
        self.html, self.text = stem + ".html", stem + ".txt"
        subprocess.run([name, self.html, self.text] if "/" in name else
                       [psim, "run", name, *settings, "--html", self.html, "--trace", self.text],
                       check=True, stdout=subprocess.DEVNULL)
        with open(self.text) as file:
            self.lines = file.read().splitlines()
        self.events = [parse(line) for line in self.lines]
        self.devices = []
        for event in self.events:
            if event["event"] == "memremap_pages" and event["pfn"] not in [d[0] for d in self.devices]:
                self.devices.append((event["pfn"], event["end"]))

    def pages(self):
        """Every page of which a slot changed: (mm, address)"""
        return sorted({(e["mm"], (e["address"] & ~4095) + n * 4096) for e in self.events if e["event"] in SLOTS
                       for n in range(SLOTS[e["event"]])})

    def slots(self, mm, address):
        """The events that change a page's slot: [(line, event with the page's own frame), ...]"""
        found, huge = [], False
        for n, e in enumerate(self.events):
            if e["event"] not in SLOTS or e["mm"] != mm:
                continue
            offset = address - (e["address"] & ~4095)
            all_of_it = e["address"] % (512 * 4096) == 0 and 0 <= offset < 512 * 4096
            if e["event"] == "set_pmd" and all_of_it:
                huge = e["kind"] != "none"
            elif all_of_it and huge and e["kind"] in ("none", "table"):
                huge = False # of 2 MiB before, emptied or split
                if e["kind"] == "table":
                    continue
            elif offset or e["kind"] == "table":
                continue
            found.append((n, dict(e, pfn=e["pfn"] + offset // 4096)))
        return found

    def gpu(self, pfn):
        for n, (first, end) in enumerate(self.devices):
            if first <= pfn < end:
                return n + 1
        return 0

    def place(self, mm, address, count):
        """Where the page is after the first @count lines, in the words of the page's legend"""
        mapped = not any(e["event"] == "mmap" and e["mm"] == mm and e["start"] <= address < e["end"]
                         for e in self.events)
        slot = next((e for n, e in reversed(self.slots(mm, address)) if n < count), None)
        for e in self.events[:count]:
            if e["event"] in ("mmap", "munmap") and e["mm"] == mm and e["start"] <= address < e["end"]:
                mapped = e["event"] == "mmap"
        if not slot or slot["kind"] == "none":
            return "mapped, nothing there yet" if mapped else "not mapped"
        gpu = self.gpu(slot["pfn"])
        if slot["kind"] == "present":
            return "in RAM"
        if slot["kind"].startswith("migration"):
            where = "on GPU %d" % gpu if gpu else "in RAM"
            return "migration entry: its page is %s, being moved" % where
        if slot["kind"] in ("device-read", "device-write"):
            return "on GPU %d" % (gpu or 1)
        raise AssertionError("no words for " + slot["kind"])

    def frames(self, mm, address):
        """Spans of lines in which the slot held a frame: [pfn, first line, line that ended it]"""
        spans = []
        for n, e in self.slots(mm, address):
            pfn = None if e["kind"] in ("none", "swap", "marker", "hwpoison") else e["pfn"]
            if spans and spans[-1][2] is None and spans[-1][0] != pfn:
                spans[-1][2] = n
            if pfn is not None and not (spans and spans[-1][2] is None):
                spans.append([pfn, n, None])
        return spans

    def names_frame(self, e, pfn):
        if e["event"] in ("memremap_pages", "memunmap_pages"):
            return False
        if "pfn" in e and e["pfn"] <= pfn < e["pfn"] + SLOTS.get(e["event"], 1 << e.get("order", 0)):
            return True
        return any(e.get(k, 0) & 1 and e[k] >> 6 == pfn for k in ("src", "dst"))

    def history(self, mm, address):
        """The lines of a page's history"""
        found, last = set(), {}
        for n, e in enumerate(self.events):
            if "mm" in e:
                last[e["task"]] = e["mm"]
            if "address" in e:
                if 0 <= address - (e["address"] & ~4095) < 4096 * SLOTS.get(e["event"], 1) and last.get(e["task"], mm) == mm:
                    found.add(n)
            elif "start" in e and "end" in e:
                if e.get("mm", mm) == mm and e["start"] & ~4095 <= address < e["end"]:
                    found.add(n)
        found.update(n for n, _ in self.slots(mm, address))
        begins, ends = ("mm_page_alloc", "zone_device_page_init"), ("mm_page_free", "zone_device_folio_free")
        for pfn, first, last_line in self.frames(mm, address):
            mine = [n for n, e in enumerate(self.events) if self.names_frame(e, pfn)]
            end = len(self.events) if last_line is None else last_line
            for n in reversed([n for n in mine if n <= first]):
                if self.events[n]["event"] in ends:
                    break
                if self.events[n]["event"] in begins:
                    first = n
                    break
            for n in [n for n in mine if n >= end]:
                if self.events[n]["event"] in begins:
                    break
                if self.events[n]["event"] in ends:
                    end = n + 1
                    break
            found.update(n for n in mine if first <= n < end)
        return [line_text(self.lines[n]) for n in sorted(found)]


def line_text(line):
    """A line's event with its values"""
    return re.match(r"\s*\d+\s+\S+\s+.*?/\d+ (\w+:.*)$", line).group(1)


def parse(line):
    time_, cpu, task, event, rest = re.match(r"\s*(\d+)\s+(\S+)\s+(.*?/\d+) (\w+):(.*)$", line).groups()
    values = {"time": int(time_), "cpu": cpu, "task": task, "event": event}
    for name, value in re.findall(r" (\w+)=(\S*)", rest):
        values[name] = int(value, 0) if re.fullmatch(r"-?\d+|0x[0-9a-f]+", value) else value
    return values


def scratch():
    """A folder that chromium may read, and that goes with the program"""
    return tempfile.TemporaryDirectory(prefix="psim-browser-")
