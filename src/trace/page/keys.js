/* SPDX-License-Identifier: MIT */
/* The keyboard: every key in one table, which the help shows; and the guided tour. */

const JUMP = 0.01; /* of the run */

class Keys {
	constructor(app) {
		this.app = app;
		this.table = this.makeTable();
		document.addEventListener("keydown", (event) => this.press(event));
		document.getElementById("help-keys").append(...this.table.filter(([, , words]) => words).map(([, shown, words]) =>
			element("tr", {}, element("th", { scope: "row" }, ...shown.split(" ").map((key) => element("kbd", { textContent: key }))),
				element("td", { textContent: words }))));
	}

	/* Keys as KeyboardEvent has them; as the help shows them; what they do, in words and for good */
	makeTable() {
		const { app } = this;

		return [
			[[" ", "k"], "Space", "play or pause", () => app.player.toggle()],
			[["ArrowRight", "."], "→", "one event on (in the map: the page to the right)", () => app.step(1)],
			[["ArrowLeft", ","], "←", "one event back (in the map: the page to the left)", () => app.step(-1)],
			[["n"], "n", "to the next change of a page's place", () => app.stepChange(1)],
			[["p"], "p", "to the change before", () => app.stepChange(-1)],
			[["]"], "]", "to the chosen page's next event", () => app.panel.step(1)],
			[["["], "[", "to the chosen page's event before", () => app.panel.step(-1)],
			[["PageDown"], "PageDown", "one percent on", () => app.jump(JUMP)],
			[["PageUp"], "PageUp", "one percent back", () => app.jump(-JUMP)],
			[["Home"], "Home", "to the beginning", () => app.goTo(0)],
			[["End"], "End", "to the end", () => app.goTo(app.trace.count)],
			[["}"], "}", "play faster", () => app.player.faster(1)],
			[["{"], "{", "play slower", () => app.player.faster(-1)],
			[["/"], "/", "search for an address", () => app.search.field.select()],
			[["m"], "m", "into the map: arrow keys choose a page, Escape lets go of it", () => app.map.scroller.focus()],
			[["h"], "h", "into the page's history: up and down go through its events", () => app.panel.list.focus()],
			[["+", "="], "+", "the lanes show less of the run, larger", () => app.lanes.zoom(0.5)],
			[["-"], "-", "the lanes show more of it", () => app.lanes.zoom(2)],
			[["0"], "0", "the lanes show all of it", () => app.lanes.zoom(Infinity)],
			[["l"], "l", "larger squares", () => app.map.zoom(1)],
			[["s"], "s", "smaller squares", () => app.map.zoom(-1)],
			[["a"], "a", "axis: by events, or by virtual time", () => app.switchAxis()],
			[["t"], "t", "light or dark", () => app.switchTheme()],
			[["g"], "g", "a guided tour of this page", () => app.tour.start()],
			[["?"], "?", "this help", () => document.getElementById("help").showModal()],
			[["Escape"], "Esc", "close what is open; let go of the chosen page", () => app.select(-1)],
		];
	}

	press(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
			return;
		if (event.target === this.app.search.field) {
			if (event.key === "Escape")
				event.target.blur();
			return;
		}
		if (event.target.tagName === "BUTTON" && (event.key === " " || event.key === "Enter"))
			return;
		if (this.inMap(event))
			return;
		const found = this.table.find(([keys]) => keys.includes(event.key));
		if (!found)
			return;
		event.preventDefault();
		found[3]();
	}

	/* Arrow keys in the map choose a page */
	inMap(event) {
		const { app } = this, by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];

		if (event.target !== app.map.scroller || !by || !app.places.cells.count)
			return false;
		event.preventDefault();
		app.select(app.map.neighbour(app.selected, ...by));
		return true;
	}
}

/* What the tour shows, in order: an element, its title, what it is in plain words. */
const TOUR = [
	["map-box", "The map of pages", "Memory is cut into pages of 4096 bytes. Every square is one page of a process, " +
		"in the order of addresses; the first address of a row stands at its left. Colour, pattern and letter say where " +
		"the page is at this moment: R is RAM, a digit is that GPU's memory, M with stripes is a page being moved. Click a square to follow it."],
	["legend-box", "What the colours mean", "Every colour has a pattern and a letter too, so that nobody needs the colours. " +
		"The numbers say how many pages are there right now."],
	["timeline-box", "The whole run", "From left to right, the run from its first event to its last; the height says how many " +
		"pages are where. Drag the red line, or press Space to watch. The time is virtual: it is the simulated machine's, not yours."],
	["lanes", "Who does what", "A lane for every task: kernel threads, the processes, the engines of the GPUs (in italics). A bar " +
		"shows when it runs, a thin line that it waits for a lock, a fence or a task; marks are its events: from above faults, migration, page tables, devices."],
	["now-box", "This moment", "The last event that happened, first in plain words, then exactly as the text trace has it. " +
		"The arrow keys go from one event to the next."],
	["history-box", "The life of one page", "When a page is chosen, everything that ever happened to it stands here: when it was " +
		"handed out, faults, changes of its page-table slot, its moves, and its reference count. Click a line to go there."],
];

class Tour {
	constructor(app) {
		this.app = app;
		this.dialog = document.getElementById("tour");
		this.light = document.getElementById("tour-light");
		for (const [id, by] of [["tour-next", 1], ["tour-back", -1]])
			document.getElementById(id).addEventListener("click", () => this.show(this.at + by));
		this.dialog.addEventListener("close", () => (this.light.hidden = true));
		this.dialog.addEventListener("keydown", (event) => {
			const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
			if (by && this.at + by >= 0)
				this.show(this.at + by);
		});
	}

	start() {
		this.app.player.pause();
		if (this.app.selected < 0 && this.app.places.cells.count)
			this.app.select(this.app.places.cell[0] ?? 0);
		this.dialog.showModal();
		this.show(0);
		document.getElementById("tour-next").focus();
	}

	show(n) {
		if (n >= TOUR.length) {
			this.dialog.close();
			return;
		}
		const [id, title, words] = TOUR[n], box = document.getElementById(id).getBoundingClientRect();

		this.at = n;
		document.getElementById("tour-title").textContent = title;
		document.getElementById("tour-words").textContent = words;
		document.getElementById("tour-count").textContent = `${n + 1} of ${TOUR.length}`;
		document.getElementById("tour-back").disabled = n === 0;
		document.getElementById("tour-next").textContent = n + 1 < TOUR.length ? "Next" : "Done";
		this.light.hidden = false;
		Object.assign(this.light.style, { left: `${box.left - 4}px`, top: `${box.top - 4}px`,
			width: `${box.width + 8}px`, height: `${box.height + 8}px` });
		this.place(box);
	}

	/* Where the dialog does not hide what it speaks of */
	place(box) {
		const own = this.dialog.getBoundingClientRect(), wide = window.innerWidth, tall = window.innerHeight;
		let x = box.left, y = box.bottom + 16;

		if (y + own.height > tall)
			y = box.top - own.height - 16;
		if (y < 0) {
			y = (tall - own.height) / 2;
			x = box.left > own.width + 32 ? box.left - own.width - 24 : box.right + 24;
		}
		this.dialog.style.left = `${Math.max(12, Math.min(wide - own.width - 12, x))}px`;
		this.dialog.style.top = `${Math.max(12, y)}px`;
	}
}
