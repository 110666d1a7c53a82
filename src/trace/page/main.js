/* SPDX-License-Identifier: MIT */
/* Opens the page: reads the events, makes the indexes, then the views; and what they share. */

class App {
	constructor(trace) {
		this.trace = trace;
		this.places = new Places(trace);
		this.words = new Words(trace, this.places);
		this.history = new History(trace, this.places);
		this.axis = new Axis(trace);
		this.position = 0;
		this.selected = -1;
		this.touched = [];
		this.live = document.getElementById("live");
		this.waiting = false;
	}

	/* Views, once the page is seen */
	start() {
		this.paint = new Paint();
		this.player = new Player(this);
		this.lanes = new Lanes(this);
		this.map = new PageMap(this);
		this.timeline = new Timeline(this);
		this.legend = new Legend(this);
		this.panel = new HistoryPanel(this);
		this.search = new Search(this);
		this.tour = new Tour(this);
		this.keys = new Keys(this);
		this.buttons();
		this.legend.redraw();
		this.names();
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
		this.playingChanged();
		this.panel.select();
		this.seek(0);
	}

	names() {
		const kind = this.trace.byName.get("process_create");

		this.processNames = new Map();
		if (kind === undefined)
			return;
		for (let i = 0; i < this.trace.count; i++)
			if (this.trace.kind[i] === kind)
				this.processNames.set(this.trace.value(i, 0), this.trace.valueText(i, 1));
	}

	processTitle(mm) {
		const name = this.processNames?.get(mm);

		return `Process ${mm}${name ? ` (${name})` : ""}`;
	}

	buttons() {
		const actions = {
			"to-start": () => this.goTo(0), back: () => this.step(-1), play: () => this.player.toggle(),
			forward: () => this.step(1), "change-back": () => this.stepChange(-1), "change-forward": () => this.stepChange(1),
			"to-end": () => this.goTo(this.trace.count), slower: () => this.player.faster(-1), faster: () => this.player.faster(1),
			axis: () => this.switchAxis(), theme: () => this.switchTheme(), "tour-button": () => this.tour.start(),
			"help-button": () => document.getElementById("help").showModal(),
			"zoom-in": () => this.lanes.zoom(0.5), "zoom-out": () => this.lanes.zoom(2),
			larger: () => this.map.zoom(1), smaller: () => this.map.zoom(-1),
		};

		for (const [id, action] of Object.entries(actions))
			document.getElementById(id).addEventListener("click", action);
		for (const button of document.querySelectorAll("dialog .close"))
			button.addEventListener("click", () => button.closest("dialog").close());
	}

	/* Something is to be drawn: once, at the next frame */
	invalidate() {
		if (this.waiting || !this.map)
			return;
		this.waiting = true;
		requestAnimationFrame(() => {
			this.waiting = false;
			this.draw();
		});
	}

	draw() {
		const begin = performance.now();

		if (!this.timeline)
			return;
		this.map.draw();
		this.timeline.draw();
		this.lanes.draw();
		this.legend?.draw();
		if (this.panel) {
			this.panel.draw();
			this.drawNow();
		}
		this.frames = (this.frames ?? 0) + 1;
		this.drawing = performance.now() - begin;
	}

	drawNow() {
		const { trace, position } = this, i = position - 1;
		const set = (id, text) => (document.getElementById(id).textContent = text);

		set("now-number", `${position.toLocaleString("en")} of ${trace.count.toLocaleString("en")} events`);
		set("now-time", i < 0 ? "before the first event" : timeText(trace.time[i]));
		set("now-task", i < 0 ? "" : `${trace.taskText(i)} ${trace.cpu[i] < 0 ? "on a device" : `on CPU ${trace.cpu[i]}`}`);
		set("now-words", i < 0 ? "Nothing has happened yet. Press Space to watch, → to go event by event." : this.words.sentence(i));
		set("now-text", i < 0 ? "" : `#${trace.number[i]} ${trace.text(i)}`);
		const slider = this.timeline.element;
		slider.setAttribute("aria-valuenow", position);
		slider.setAttribute("aria-valuetext", `event ${position} of ${trace.count}, ${i < 0 ? "before the first" : timeText(trace.time[i])}`);
	}

	/* Show the machine after the first @position events. */
	seek(position) {
		this.position = Math.max(0, Math.min(this.trace.count, position));
		this.places.seek(this.position);
		this.touched = this.touchedBy(this.position - 1);
		this.lanes?.follow();
		this.invalidate();
	}

	/* As seek(), by hand: playing ends, and screen readers hear of it */
	goTo(position) {
		this.player.pause();
		this.seek(position);
		if (this.touched.length && !this.player.playing)
			this.map.reveal(this.touched[0]);
		if (this.position)
			this.lanes.reveal(this.position - 1);
		this.say(this.position ? this.words.sentence(this.position - 1) : "before the first event");
	}

	step(by) {
		this.goTo(this.position + by);
	}

	/* To the next, or the last, event that changed a page's place */
	stepChange(by) {
		const { event } = this.places, at = this.places.changesAt(this.position);
		let n = by > 0 ? at : at - 1;

		if (by < 0)
			while (n >= 0 && event[n] >= this.position - 1)
				n--;
		if (n >= 0 && n < event.length)
			this.goTo(event[n] + 1);
		else
			this.say(by > 0 ? "No page changes its place after this" : "No page changed its place before this");
	}

	jump(share) {
		const goal = this.axis.toPosition(this.axis.toShare(this.position) + share);

		this.goTo(goal === this.position ? this.position + Math.sign(share) : goal);
	}

	/* The cells that event i names */
	touchedBy(i) {
		const { trace, places } = this;

		if (i < 0)
			return [];
		const kind = trace.kind[i], mm = trace.slot(kind, "mm"), address = trace.slot(kind, "address");
		if (address < 0)
			return [];
		const mms = mm >= 0 ? [trace.value(i, mm)] : places.cells.byMm.keys();
		return [...mms].map((each) => places.cells.find(each, trace.pageOf(i, address))).filter((cell) => cell >= 0);
	}

	select(cell) {
		this.selected = cell;
		this.panel.select();
		if (cell >= 0) {
			this.map.reveal(cell);
			this.say(this.cellWords(cell));
		}
		this.invalidate();
	}

	cellTitle(cell) {
		const { cells } = this.places;

		return `Page ${hex(cells.addressOf(cell))} of process ${cells.runOf(cell).mm}`;
	}

	cellWords(cell) {
		return `${this.cellTitle(cell)}: ${placeWords(this.places.now[cell])}`;
	}

	hint(text, x, y) {
		const box = document.getElementById("hint");

		box.hidden = !text;
		if (!text)
			return;
		box.textContent = text;
		box.style.left = `${Math.min(x + 14, window.innerWidth - 340)}px`;
		box.style.top = `${y + 18 > window.innerHeight - 60 ? y - 40 : y + 18}px`;
	}

	/* For screen readers, and on the screen's lower edge */
	say(text) {
		this.live.textContent = text;
	}

	playingChanged() {
		const play = document.getElementById("play"), { playing } = this.player;

		play.setAttribute("aria-pressed", String(playing));
		play.setAttribute("aria-label", playing ? "Pause" : "Play");
		play.dataset.playing = playing;
		document.getElementById("speed").textContent = `×${this.player.speedText}`;
	}

	switchAxis() {
		this.axis.byTime = !this.axis.byTime;
		document.getElementById("axis").textContent = this.axis.byTime ? "Axis: virtual time" : "Axis: events";
		if (this.player.playing)
			this.player.share = this.axis.toShare(this.position);
		this.timeline.redraw();
		this.lanes.window = [0, 1];
		this.lanes.redraw();
		this.say(this.axis.byTime ? "the axis is virtual time" : "the axis is events: each takes the same space");
	}

	switchTheme() {
		const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark");

		document.documentElement.dataset.theme = dark ? "light" : "dark";
		this.recolour();
	}

	recolour() {
		this.paint.read();
		this.legend.redraw();
		for (const view of [this.map, this.timeline, this.lanes])
			view.redraw();
	}
}

function notice(text) {
	document.getElementById("notice-text").textContent = text;
	document.getElementById("notice").hidden = false;
}

/* What the reader must know of the data before he believes the pictures */
function notices(trace) {
	const { meta } = trace, number = (n) => n.toLocaleString("en");
	const kindAt = (i) => trace.kinds[trace.kind[i]].name;

	if (trace.broken)
		notice(`This file was cut off: ${number(trace.count)} of ${number(meta.events)} events are here (${trace.broken}). ` +
			"What is shown is right up to there.");
	else if (trace.count && trace.number[0] > 1)
		notice(`The first ${number(trace.number[0] - 1)} events were not kept: pages whose slots changed only then look empty.`);
	else if (!trace.count)
		notice("There are no events in this file.");
	else if (kindAt(0) === "machine_start" && kindAt(trace.count - 1) !== "machine_stop")
		notice("The machine never stopped: the program ended before its run did, and took what came later with it.");
	else if (!trace.kind.some((kind) => trace.kinds[kind].name in SLOT_PAGES))
		notice("No change of a page table is in this file, so the map cannot know where pages are: was it left out by a filter?");
}

async function open() {
	const meta = JSON.parse(document.getElementById("psim-meta").textContent);
	const data = document.getElementById("psim-data");
	const bar = document.getElementById("loading-bar");

	document.title = `${meta.title} · psim`;
	document.getElementById("title").textContent = meta.title;
	const trace = await readTrace(meta, data ? data.textContent : "", (share) => (bar.value = share));
	if (data)
		data.remove();
	const app = new App(trace);
	document.getElementById("loading").hidden = true;
	document.getElementById("app").hidden = false;
	document.getElementById("timeline").setAttribute("aria-valuemax", trace.count);
	app.start();
	notices(trace);
	window.psim = app; /* for whoever wants to ask from the browser's console */
	requestAnimationFrame(() => requestAnimationFrame(() => {
		app.opened = performance.now();
		document.documentElement.dataset.ready = "yes";
	}));
}

document.addEventListener("DOMContentLoaded", () =>
	open().catch((problem) => {
		document.getElementById("loading").hidden = true;
		notice(`This page cannot be shown: ${problem.message}`);
		throw problem;
	}));
