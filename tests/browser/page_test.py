#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psim run --html, in a real browser: page_test.py PSIM HUGE [CASE...]"""
import base64
import filecmp
import itertools
import os
import re
import subprocess
import sys
import time
import unittest

from browser import Run, colours, line_text, open_page, scratch, settle, start

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PSIM, HUGE = sys.argv.pop(1), sys.argv.pop(1)
browser = folder = None
runs = {}


def setUpModule():
    global browser, folder
    folder = scratch()
    browser = start()


def tearDownModule():
    browser.quit()
    folder.cleanup()


def run(name, *settings):
    key = (name,) + settings
    if key not in runs:
        runs[key] = Run(PSIM, folder.name, name, *settings)
    return runs[key]


def js(text, *arguments):
    return browser.execute_script(text, *arguments)


def press(*keys):
    ActionChains(browser).send_keys(*keys).perform()
    settle(browser)


def text_of(name):
    return browser.find_element(By.ID, name).text


class Page(unittest.TestCase):
    def show(self, name, *settings):
        colours(browser, "light")
        this = run(name, *settings)
        browser.get_log("browser")
        browser.get_log("performance")
        open_page(browser, this.html)
        # the ring's own first lines stand before the text's
        self.ahead = js("return psim.trace.count") - len(this.lines)
        return this

    def seek(self, line):
        """To after the text's first @line lines"""
        js("psim.goTo(arguments[0])", line + self.ahead)
        settle(browser)

    def position(self):
        return js("return psim.position")


class Opens(Page):
    def test_without_console_errors_and_without_network(self):
        self.show("tour")
        for action in ("psim.player.play()", "psim.select(3)", "psim.switchAxis()", "psim.lanes.zoom(0.1)",
                       "psim.switchTheme()", "psim.map.zoom(-1)", "psim.goTo(psim.trace.count)"):
            js(action)
            settle(browser)
        self.assertEqual([], browser.get_log("browser"))
        sent = [re.search(r'"url":"([^"]*)"', entry["message"]).group(1)
                for entry in browser.get_log("performance") if "Network.requestWillBeSent\"" in entry["message"]]
        self.assertEqual([], [url for url in sent if not url.startswith(("file://", "data:"))])
        self.assertEqual(1, sum(url.startswith("file://") for url in sent), sent)
        self.assertEqual([], js("return performance.getEntriesByType('resource').map((e) => e.name)"))

    def test_every_event_is_there_as_in_the_text(self):
        this = self.show("eviction")
        texts = js("const t = psim.trace; return Array.from({length: t.count}, (_, i) => [t.time[i], t.cpu[i], "
                   "t.taskText(i), t.text(i)])")
        self.assertIn(self.ahead, (0, 1))
        self.assertTrue(all(t[3].startswith("machine_start:") for t in texts[:self.ahead]))
        mine = ["%12d %3s %s %s" % (t[0], "-" if t[1] < 0 else t[1], t[2], t[3]) for t in texts[self.ahead:]]
        self.assertEqual(this.lines, mine)

    def test_all_values_of_64_bits(self):
        self.show("tour")
        whole = js("const t = psim.trace; return Array.from({length: t.count}, (_, i) => t.text(i))"
                   ".find((line) => line.includes('end=0xffffffffffffffff'))")
        self.assertIsNotNone(whole)


class Pictures(Page):
    def check_places(self, this, line):
        self.seek(line)
        wrong = []
        for mm, address in this.pages():
            cell = js("return psim.places.cells.find(arguments[0], arguments[1])", mm, address // 4096)
            shown = js("return psim.cellWords(arguments[0])", cell).split(": ", 1)[1]
            if shown != this.place(mm, address, line):
                wrong.append((hex(address), shown, this.place(mm, address, line)))
        self.assertEqual([], wrong, "after line %d" % line)

    def test_places_are_those_of_the_text_at_any_moment(self):
        for name in ("eviction", "fork-on-device", "two-linked-gpus"):
            this = self.show(name, *(("rounds=1",) if name == "two-linked-gpus" else ()))
            count = len(this.lines)
            # to and fro, so that key frames, changes and their undoing are all used
            for line in (0, count // 3, count, count // 2, count // 2 + 7, count // 5, 0):
                with self.subTest(scenario=name, line=line):
                    self.check_places(this, line)

    def test_slots_of_2_MiB_are_512_squares(self):
        this = self.show(HUGE)
        self.assertTrue({"present", "migration-write", "device-write", "none"} <=
                        {e["kind"] for e in this.events if e["event"] == "set_pmd"})
        ram = [n + 1 for n, e in enumerate(this.events) if e["event"] == "set_pmd" and e["kind"] == "present"]
        gone = [n + 1 for n, e in enumerate(this.events) if e["event"] == "munmap"]
        for line in ram[:2] + gone + [len(this.lines)] + [len(this.lines) * n // 7 for n in range(1, 7)]:
            self.seek(line)
            shown = js("return arguments[0].map(([mm, page]) => psim.cellWords(psim.places.cells.find(mm, page)).split(': ').slice(1).join(': '))",
                       [[mm, address // 4096] for mm, address in this.pages()][::37])
            self.assertEqual([this.place(mm, address, line) for mm, address in this.pages()[::37]], shown, "line %d" % line)

    def test_a_jump_gives_what_walking_there_gives(self):
        self.show("tour")
        js("psim.places.distance = 64; psim.places.keyframes = []; psim.places.keyframes.push(psim.places.initial);"
           "const p = psim.places, cells = p.initial.slice();"
           "p.event.forEach((_, c) => { cells[p.cell[c]] = p.after[c]; if ((c + 1) % 64 === 0) p.keyframes.push(cells.slice()); })")
        different = js("""
            const p = psim.places, walked = p.initial.slice(), wrong = [];
            let c = 0;
            for (let at = 0; at <= psim.trace.count; at += 997) {
                while (c < p.event.length && p.event[c] < at)
                    walked[p.cell[c]] = p.after[c++];
                p.seek((at * 7919) % psim.trace.count);
                p.seek(at);
                if (p.now.some((place, cell) => place !== walked[cell]))
                    wrong.push(at);
            }
            return wrong;""")
        self.assertEqual([], different)

    def pixel(self, cell):
        """The colour near a square's upper left corner, where no pattern is"""
        return js("const b = psim.map.boxOf(arguments[0]); const d = psim.map.context.getImageData(b.x + 3, b.y + 3, 1, 1).data;"
                  "return '#' + [...d.slice(0, 3)].map((n) => n.toString(16).padStart(2, '0')).join('')", cell)

    def test_scrubbing_changes_the_pixels(self):
        this = self.show("eviction")
        mm, address = this.pages()[0]
        cell = js("return psim.places.cells.find(arguments[0], arguments[1])", mm, address // 4096)
        seen = {}
        for line in range(0, len(this.lines), 40):
            place = this.place(mm, address, line)
            if place in seen or place.startswith("migration"):
                continue
            self.seek(line)
            seen[place] = self.pixel(cell)
        style = js("const s = getComputedStyle(document.documentElement);"
                   "return ['none', 'ram', 'gpu1'].map((n) => s.getPropertyValue('--' + n).trim())")
        self.assertEqual(dict(zip(("mapped, nothing there yet", "in RAM", "on GPU 1"), style)),
                         {place: colour for place, colour in seen.items() if place != "not mapped"})

    def test_dragging_the_timeline_scrubs(self):
        this = self.show("eviction")
        line = browser.find_element(By.ID, "timeline")
        wide = line.size["width"]
        before = js("return psim.map.canvas.toDataURL()")
        seen = []
        for share in (0.3, 0.6, 0.9):
            x = 116 + share * (wide - 140) - wide / 2
            ActionChains(browser).move_to_element_with_offset(line, int(x), 0).click().perform()
            settle(browser)
            seen.append(self.position() / (len(this.lines) + self.ahead))
            self.assertEqual(str(self.position()), line.get_attribute("aria-valuenow"))
        for share, got in zip((0.3, 0.6, 0.9), seen):
            self.assertAlmostEqual(share, got, delta=0.01)
        self.assertNotEqual(before, js("return psim.map.canvas.toDataURL()"))

    def test_legend_counts_pages(self):
        this = self.show("eviction")
        for line in (len(this.lines) // 3, len(this.lines) // 2):
            self.seek(line)
            places = [this.place(mm, address, line) for mm, address in this.pages()]
            legend = js("return Object.fromEntries([...document.querySelectorAll('#legend li')].map((li) =>"
                        "[li.title, +li.querySelector('b').textContent.replace(/,/g, '')]))")
            for place in ("in RAM", "on GPU 1"):
                self.assertEqual(places.count(place), legend[place], "%s after line %d" % (place, line))


class Replays(Page):
    def test_a_plan_has_a_page_too(self):
        plan = "fault-vs-evict pages=2 seed=1 points=locks plan=drawn:3"
        stem = folder.name + "/plan"
        for end in ("", "-again"):
            subprocess.run([PSIM, "replay", plan, "--html", stem + end + ".html", "--trace", stem + end + ".txt"],
                           check=True, stdout=subprocess.DEVNULL)
        self.assertTrue(filecmp.cmp(stem + ".html", stem + "-again.html", shallow=False))
        open_page(browser, stem + ".html")
        with open(stem + ".txt") as file:
            lines = [line_text(line) for line in file.read().splitlines()]
        shown = js("return Array.from({length: psim.trace.count}, (_, i) => psim.trace.text(i))")
        self.assertEqual([line for line in lines if not line.startswith("machine_start")],
                         [line for line in shown if not line.startswith("machine_start")])
        self.assertEqual("", text_of("notice"))

    def test_not_with_stop_at(self):
        result = subprocess.run([PSIM, "replay", "there-and-back plan=-", "--html", folder.name + "/no.html", "--stop-at", "5"],
                                capture_output=True, text=True)
        self.assertEqual((2, "psim: --html or --stop-at, not both\n"), (result.returncode, result.stderr))


class Histories(Page):
    def test_a_pages_history_is_the_texts(self):
        for name, settings in (("there-and-back", ()), ("eviction", ()), (HUGE, ()), ("fork-on-device", ()), ("ping-pong", ("turns=5",))):
            this = self.show(name, *settings)
            pages = this.pages()
            for mm, address in pages[::max(1, len(pages) // 6)]:
                with self.subTest(scenario=name, mm=mm, address=hex(address)):
                    js("psim.select(psim.places.cells.find(arguments[0], arguments[1]))", mm, address // 4096)
                    shown = js("return Array.from(psim.panel.events, (i) => psim.trace.text(i))")
                    self.assertEqual(this.history(mm, address), shown)

    def test_counts_by_kind_and_the_rows_on_the_screen(self):
        this = self.show("eviction")
        mm, address = this.pages()[5]
        js("psim.select(psim.places.cells.find(arguments[0], arguments[1]))", mm, address // 4096)
        settle(browser)
        lines = this.history(mm, address)
        chips = js("return Object.fromEntries([...document.querySelectorAll('.chip')].map((c) =>"
                   "[c.querySelector('span').textContent, +c.querySelector('b').textContent]))")
        kinds = [line.split(":")[0] for line in lines]
        self.assertEqual({kind: kinds.count(kind) for kind in kinds}, chips)
        rows = js("return [...document.querySelectorAll('#history .row')].map((r) => [+r.getAttribute('aria-posinset'), r.title])")
        self.assertGreater(len(rows), 3)
        for at, title in rows:
            self.assertEqual(lines[at - 1], title)
        # one kind alone
        browser.find_element(By.CSS_SELECTOR, ".chip").click()
        alone = js("return [...new Set(Array.from(psim.panel.shown, (i) => psim.trace.text(i).split(':')[0]))]")
        self.assertEqual([browser.find_element(By.CSS_SELECTOR, ".chip span").text], alone)

    def test_a_click_on_a_line_goes_there(self):
        this = self.show("there-and-back")
        mm, address = this.pages()[0]
        js("psim.select(psim.places.cells.find(arguments[0], arguments[1]))", mm, address // 4096)
        settle(browser)
        row = browser.find_elements(By.CSS_SELECTOR, "#history .row")[2]
        wanted = row.get_attribute("title")
        row.click()
        settle(browser)
        self.assertEqual(wanted, js("return psim.trace.text(psim.position - 1)"))
        self.assertIn(wanted, text_of("now-text"))

    def test_the_running_count(self):
        this = self.show("there-and-back")
        counted = [(n, e) for n, e in enumerate(this.events) if e["event"].startswith("page_ref_")]
        if not counted:
            self.skipTest("the trace has no counts")
        for n, e in counted[::max(1, len(counted) // 25)]:
            self.assertEqual(e["count"], js("return psim.history.countAt(arguments[0], arguments[1])",
                                            e["pfn"], n + 1 + self.ahead), this.lines[n])


class ByKeyboard(Page):
    def test_steps_and_jumps(self):
        this = self.show("eviction")
        press(Keys.HOME)
        self.assertEqual(0, self.position())
        press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
        self.assertEqual(2, self.position())
        press(Keys.END)
        self.assertEqual(len(this.lines) + self.ahead, self.position())
        press(Keys.PAGE_UP)
        self.assertAlmostEqual(0.99, self.position() / js("return psim.trace.count"), delta=0.002)
        # n and p: from one change of a page's place to the next
        press(Keys.HOME, "n")
        first = next(n for n, line in enumerate(this.lines) if " mmap:" in line)
        self.assertEqual(first + 1 + self.ahead, self.position())
        press("n", "n")
        self.assertIn("set_pte", text_of("now-text"))
        there = self.position()
        press("n", "p")
        self.assertEqual(there, self.position())

    def test_play_and_pause(self):
        self.show("eviction")
        press(Keys.HOME, " ")
        time.sleep(0.5)
        self.assertEqual("Pause", browser.find_element(By.ID, "play").get_attribute("aria-label"))
        press(" ")
        there = self.position()
        self.assertGreater(there, 0)
        self.assertLess(there, js("return psim.trace.count"))
        time.sleep(0.2)
        self.assertEqual(there, self.position())
        self.assertEqual("Play", browser.find_element(By.ID, "play").get_attribute("aria-label"))

    def test_a_page_is_chosen_and_walked_through(self):
        this = self.show("eviction")
        press("m", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(1, js("return psim.selected"))
        press(Keys.ARROW_DOWN)
        columns = js("return psim.map.plan.columns")
        self.assertEqual(1 + columns, js("return psim.selected"))
        self.assertIn("process 1", browser.find_element(By.ID, "live").get_attribute("textContent"))
        mm, address = 1, js("return psim.places.cells.addressOf(psim.selected)")
        lines = this.history(mm, address)
        press(Keys.HOME, "]", "]")
        self.assertEqual(lines[1], js("return psim.trace.text(psim.position - 1)"))
        press("h", Keys.ARROW_DOWN)
        self.assertEqual(lines[2], js("return psim.trace.text(psim.position - 1)"))
        press("[")
        self.assertEqual(lines[1], js("return psim.trace.text(psim.position - 1)"))
        press(Keys.ESCAPE)
        self.assertEqual(-1, js("return psim.selected"))

    def test_help_lists_every_key_and_closes(self):
        self.show("there-and-back")
        press("?")
        self.assertTrue(js("return document.getElementById('help').open"))
        self.assertGreater(len(browser.find_elements(By.CSS_SELECTOR, "#help-keys tr")), 20)
        before = self.position()
        press(Keys.ARROW_RIGHT)
        self.assertEqual(before, self.position())
        press(Keys.ESCAPE)
        self.assertFalse(js("return document.getElementById('help').open"))

    def test_the_tour_goes_through_and_ends(self):
        self.show("eviction")
        press("g")
        titles = []
        while js("return document.getElementById('tour').open") and len(titles) < 20:
            titles.append(text_of("tour-title"))
            press(Keys.ARROW_RIGHT)
        self.assertEqual(6, len(titles))
        self.assertEqual(6, len(set(titles)))

    def test_tab_reaches_everything_and_all_has_a_name(self):
        self.show("eviction")
        js("document.activeElement.blur()")
        reached = set()
        for _ in range(60):
            press(Keys.TAB)
            reached.add(js("return document.activeElement.id"))
        wanted = js("return [...document.querySelectorAll('#app button[id], #app input, #app [tabindex=\"0\"]')]"
                    ".filter((e) => e.checkVisibility()).map((e) => e.id)")
        self.assertEqual([], [name for name in wanted if name not in reached])
        nameless = js("return [...document.querySelectorAll('button, input, [role], dialog')].filter((e) => "
                      "!(e.ariaLabel || e.textContent.trim() || e.getAttribute('aria-labelledby')) &&"
                      "!['presentation', 'alert'].includes(e.role)).map((e) => e.outerHTML.slice(0, 90))")
        self.assertEqual([], nameless)


class Searches(Page):
    def search(self, text):
        press("/")
        field = browser.find_element(By.ID, "search")
        field.clear()
        field.send_keys(text, Keys.ENTER)
        settle(browser)
        return text_of("search-message")

    def test_an_address(self):
        self.show("eviction")
        self.assertEqual("Page 0x40013000 of process 1", self.search("0x40013000"))
        self.assertEqual("Page 0x40013000 of process 1", text_of("page-title"))
        self.search("40002abc")
        self.assertEqual(0x40002000, js("return psim.places.cells.addressOf(psim.selected)"))

    def test_an_address_in_two_processes(self):
        self.show("fork-on-device")
        self.assertIn("2 processes have it", self.search("0x40000000"))
        self.assertIn("of process 2", self.search("2:0x40000000"))
        self.assertIn("there is no process 7: 1, 2 are there", self.search("7:0x40000000"))

    def test_bad_ones_say_what_is_wrong(self):
        self.show("eviction")
        for text, words in (("0x50000000", "no page at 0x50000000 was ever touched: the nearest are 0x40000000"),
                            ("hello world", "'hello world' is no address"),
                            ("", "type an address"),
                            ("0xfffffffffffffffff", "is no address"),
                            ("nothing_like_it", "neither an address nor an event"),
                            ("#99999999", "there is no event #99999999"),
                            ("pfn 0x7777777", "no page has page frame 0x7777777")):
            with self.subTest(text=text):
                self.assertIn(words, self.search(text))
                self.assertEqual("true", browser.find_element(By.ID, "search").get_attribute("aria-invalid"))
                self.assertEqual(-1, js("return psim.selected"))

    def test_events_and_moments(self):
        this = self.show("eviction")
        self.assertIn("page_fault_user", self.search("page_fault_user"))
        self.assertIn("page_fault_user", js("return psim.trace.text(psim.position - 1)"))
        self.search("#3")
        self.assertEqual(3, self.position())
        middle = this.events[len(this.events) // 2]["time"]
        self.search("@%dns" % middle)
        self.assertEqual(sum(e["time"] <= middle for e in this.events) + self.ahead, self.position())


class Looks(Page):
    def test_dark_and_light(self):
        self.show("eviction")
        def background():
            return js("return getComputedStyle(document.body).backgroundColor")
        light = background()
        colours(browser, "dark")
        settle(browser)
        dark = background()
        self.assertNotEqual(light, dark)
        corner = js("return [...psim.map.context.getImageData(1, psim.map.canvas.height - 2, 1, 1).data.slice(0, 3)].join(', ')")
        self.assertEqual(dark, "rgb(%s)" % corner)
        press("t")
        self.assertEqual(light, background())
        press("t")
        self.assertEqual(dark, background())

    def test_colours_stay_apart_for_the_colour_blind(self):
        """What the browser shows of the places' colours to each kind of eye, pair by pair"""
        self.show("two-linked-gpus", "rounds=1")
        places = {"none": 1, "RAM": 2, "GPU 1": 17, "GPU 2": 18, "GPU 3": 19, "GPU 4": 20}
        for scheme in ("light", "dark"):
            colours(browser, scheme)
            js("document.querySelectorAll('.test').forEach((e) => e.remove());"
               "for (const [n, place] of arguments[0].entries()) { const e = document.createElement('div'); e.className = 'test';"
               "e.style = `position:fixed;left:0;top:${n * 40}px;width:40px;height:40px;z-index:99;background:${psim.paint.colour(place)}`;"
               "document.body.append(e); }", list(places.values()))
            for eye in ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia"):
                browser.execute_cdp_cmd("Emulation.setEmulatedVisionDeficiency", {"type": eye})
                settle(browser)
                seen = self.screen([(20, 20 + 40 * n) for n in range(len(places))])
                for (a, b), (one, other) in zip(itertools.combinations(places, 2), itertools.combinations(seen, 2)):
                    apart = sum((x - y) ** 2 for x, y in zip(one, other)) ** 0.5
                    # without any colour, patterns and letters carry it alone
                    self.assertGreater(apart, 0 if eye == "achromatopsia" else 35, (scheme, eye, a, b, one, other))
        browser.execute_cdp_cmd("Emulation.setEmulatedVisionDeficiency", {"type": "none"})

    def screen(self, points):
        """The colours on the screen at these points"""
        shot = base64.b64encode(browser.get_screenshot_as_png()).decode()
        return browser.execute_async_script(
            "const [shot, points, done] = arguments; const bytes = Uint8Array.from(atob(shot), (c) => c.charCodeAt(0));"
            "createImageBitmap(new Blob([bytes], {type: 'image/png'})).then((image) => {"
            "const c = new OffscreenCanvas(image.width, image.height).getContext('2d'); c.drawImage(image, 0, 0);"
            "done(points.map(([x, y]) => [...c.getImageData(x, y, 1, 1).data.slice(0, 3)])); })", shot, points)

    def test_no_two_places_have_the_same_sprite_in_grey(self):
        self.show("eviction")
        same = js("""
            const places = [0, 1, 2, 3, 4, 5, 6, 17, 18, 19, 20, 49, 50, 81], seen = new Map(), same = [];
            for (const place of places) {
                const grey = [...new Uint8Array(psim.paint.sprite(place, 24).slice().buffer)];
                const key = grey.reduce((text, n, at) => at % 4 === 0 ? text + Math.round((n + grey[at + 1] + grey[at + 2]) / 24) + ' ' : text, '');
                if (seen.has(key))
                    same.push([seen.get(key), place]);
                seen.set(key, place);
            }
            return same;""")
        self.assertEqual([], same)

    def test_small_windows_and_large_ones(self):
        for width, height in ((640, 800), (1024, 768), (2560, 1440)):
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
            self.show("eviction")
            self.seek(600)
            self.assertLessEqual(js("return document.documentElement.scrollWidth"), width)
            self.assertIsNotNone(js("return psim.map.boxOf(0)"))
            js("psim.select(3)")
            settle(browser)
            boxes = js("return ['map', 'now-box', 'history-box', 'transport', 'timeline', 'lanes', 'search-form', 'help-button'].map((id) => {"
                       "const b = document.getElementById(id).getBoundingClientRect(); return [id, b.left, b.top, b.right, b.bottom]; })")
            for (one, l, t, r, b), (other, l2, t2, r2, b2) in itertools.combinations(boxes, 2):
                self.assertFalse(l < r2 - 1 and l2 < r - 1 and t < b2 - 1 and t2 < b - 1, (width, height, one, other))
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": 1400, "height": 850, "deviceScaleFactor": 1, "mobile": False})


class Files(Page):
    def cut(self, share):
        """The page of a tour, cut off within its data"""
        this = run("tour")
        with open(this.html) as file:
            text = file.read()
        begin = text.index('id="psim-data">')
        path = folder.name + "/cut.html"
        with open(path, "w") as file:
            file.write(text[:begin + int((len(text) - begin) * share)])
        browser.get_log("browser")
        open_page(browser, path)
        return this

    def test_a_file_cut_off_opens_and_says_so(self):
        this = self.cut(0.6)
        count = js("return psim.trace.count")
        self.assertGreater(count, 0)
        self.assertLess(count, len(this.lines))
        self.assertEqual([], browser.get_log("browser"))
        self.assertIn("This file was cut off: %s of" % format(count, ","), text_of("notice"))
        ahead = sum(js("return psim.trace.text(arguments[0])", i).startswith("machine_start") for i in (0, 1)) - 1
        js("psim.goTo(psim.trace.count)")
        for mm, address in this.pages()[:200:20]:
            cell = js("return psim.places.cells.find(arguments[0], arguments[1])", mm, address // 4096)
            if cell >= 0:
                self.assertEqual(this.place(mm, address, count - ahead),
                                 js("return psim.cellWords(arguments[0])", cell).split(": ", 1)[1])

    def test_one_without_a_whole_block_opens_and_says_so(self):
        self.cut(0.01)
        self.assertEqual(0, js("return psim.trace.count"))
        self.assertIn("0 of", text_of("notice"))
        self.assertEqual([], browser.get_log("browser"))
        press(Keys.ARROW_RIGHT, Keys.END, "n", "]", "m", Keys.ARROW_DOWN, "+", "g")
        self.assertEqual([], browser.get_log("browser"))

    def test_without_page_tables_it_says_so(self):
        path = folder.name + "/faults.html"
        subprocess.run([PSIM, "run", "eviction", "--html", path, "--filter", "fault"], check=True, stdout=subprocess.DEVNULL)
        open_page(browser, path)
        self.assertIn("No change of a page table is in this file", text_of("notice"))

    def test_damage_inside_is_told(self):
        this = run("tour")
        with open(this.html) as file:
            head, data = file.read().split('id="psim-data">\n')
        lines = data.split("\n")
        lines[2] = lines[2][:100] + ("A" if lines[2][100] != "A" else "B") * 40 + lines[2][140:]
        path = folder.name + "/damaged.html"
        with open(path, "w") as file:
            file.write(head + 'id="psim-data">\n' + "\n".join(lines))
        open_page(browser, path)
        self.assertIn("cut off", text_of("notice"))
        self.assertEqual(2 * 4096, js("return psim.trace.count"))

    def test_a_program_that_dies_leaves_a_page_that_says_so(self):
        path = folder.name + "/dead.html"
        dying = subprocess.Popen([PSIM, "run", "ping-pong", "turns=100000000", "--html", path], stdout=subprocess.DEVNULL)
        while not os.path.exists(path) or not os.path.getsize(path):
            time.sleep(0.01)
        time.sleep(0.2)
        dying.kill()
        dying.wait()
        open_page(browser, path)
        self.assertIn("The machine never stopped", text_of("notice"))
        self.show("eviction")
        self.assertEqual("", text_of("notice"))

    def test_paths_that_cannot_be_written(self):
        for path, words in (("/nowhere/at/all.html", "No such file or directory"), (folder.name, "Is a directory")):
            result = subprocess.run([PSIM, "run", "there-and-back", "--html", path], capture_output=True, text=True)
            self.assertEqual(2, result.returncode)
            self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)
            self.assertIn(words, result.stderr)
            self.assertEqual("", result.stdout)

    def test_the_same_run_gives_the_same_bytes(self):
        paths = [folder.name + "/same%d.html" % n for n in range(2)]
        for path in paths:
            subprocess.run([PSIM, "run", "eviction", "--html", path], check=True, stdout=subprocess.DEVNULL)
        self.assertTrue(filecmp.cmp(*paths, shallow=False))


if __name__ == "__main__":
    unittest.main(verbosity=2)
