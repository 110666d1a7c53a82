/* SPDX-License-Identifier: MIT */
/*
 * What stands in words beside the pictures: the event of this moment, the legend with its counts, and
 * the chosen page's history. Of the history only the rows on the screen exist, so that a page with a
 * hundred thousand events scrolls like one with ten.
 */

const ROW = 46;

function element(tag, properties = {}, ...children) {
	const node = Object.assign(document.createElement(tag), properties);

	node.append(...children);
	return node;
}

class Legend {
	constructor(app) {
		this.app = app;
		this.list = document.getElementById("legend");
		this.items = new Map();
		const shown = [Place.RAM];

		for (let gpu = 1; gpu <= app.places.devices.count; gpu++)
			shown.push(Place.GPU + gpu);
		const seen = new Set([...app.places.initial, ...app.places.after]);
		const extra = [...seen].filter((place) => !shown.includes(place) && place > Place.NONE).sort((a, b) => a - b);
		for (const place of [...shown, ...extra, Place.NONE, Place.UNMAPPED])
			this.add(place);
	}

	add(place) {
		const swatch = element("canvas", { width: 44, height: 44, className: "swatch" });
		const count = element("b", { textContent: "0" });

		swatch.setAttribute("aria-hidden", "true");
		this.list.append(element("li", { title: placeWords(place) }, swatch, element("span", { textContent: Legend.short(place) }), count));
		this.items.set(place, { swatch, count });
	}

	static short(place) {
		const gpu = placeGpu(place);

		switch (placeBase(place)) {
		case Place.UNMAPPED: return "not mapped";
		case Place.NONE: return "empty";
		case Place.RAM: return "RAM";
		case Place.SWAP: return "swap";
		case Place.POISON: return "poisoned";
		case Place.MARKER: return "marker";
		case Place.MOVING: return "moving, from RAM";
		case Place.MOVING_GPU: return `moving, from GPU ${gpu}`;
		case Place.EXCLUSIVE: return `lent to GPU ${gpu}`;
		default: return `GPU ${gpu}`;
		}
	}

	redraw() {
		for (const [place, { swatch }] of this.items) {
			const context = swatch.getContext("2d");
			context.clearRect(0, 0, 44, 44);
			this.app.paint.draw(context, place, 0, 0, 44);
		}
	}

	draw() {
		const counts = new Map(this.app.places.census());

		for (const [place, { count }] of this.items) {
			const text = (counts.get(place) ?? 0).toLocaleString("en");
			if (count.textContent !== text)
				count.textContent = text;
		}
	}
}

class HistoryPanel {
	constructor(app) {
		this.app = app;
		this.title = document.getElementById("page-title");
		this.state = document.getElementById("page-state");
		this.chips = document.getElementById("page-counts");
		this.list = document.getElementById("history");
		this.rows = document.getElementById("history-rows");
		this.hint = document.getElementById("history-hint");
		this.events = new Uint32Array(0);
		this.shown = this.events;
		this.only = new Set();
		this.list.addEventListener("scroll", () => this.drawRows());
		this.list.addEventListener("keydown", (event) => this.key(event));
		new ResizeObserver(() => this.drawRows()).observe(this.list);
	}

	/* Another page was chosen. */
	select() {
		const { app } = this, cell = app.selected, some = cell >= 0;

		this.only.clear();
		this.events = some ? app.history.of(cell) : new Uint32Array(0);
		this.hint.hidden = some;
		this.list.hidden = !some;
		this.chips.replaceChildren();
		this.title.textContent = some ? app.cellTitle(cell) : "A page's history";
		this.state.textContent = "";
		if (some)
			this.makeChips();
		this.filter();
	}

	/* How many events of each kind; a click shows those alone */
	makeChips() {
		const { trace } = this.app, counts = new Map();

		for (const i of this.events)
			counts.set(trace.kind[i], (counts.get(trace.kind[i]) ?? 0) + 1);
		for (const [kind, count] of [...counts].sort((a, b) => b[1] - a[1])) {
			const name = trace.kinds[kind].name;
			const chip = element("button", { type: "button", className: `chip ${familyOf(trace.kinds[kind])}` },
				element("span", { textContent: name }), element("b", { textContent: count.toLocaleString("en") }));

			chip.setAttribute("aria-pressed", "false");
			chip.title = trace.kinds[kind].about ?? name;
			chip.addEventListener("click", () => {
				if (!this.only.delete(kind))
					this.only.add(kind);
				chip.setAttribute("aria-pressed", String(this.only.has(kind)));
				this.filter();
			});
			this.chips.append(chip);
		}
	}

	filter() {
		const { trace } = this.app;

		this.shown = this.only.size ? this.events.filter((i) => this.only.has(trace.kind[i])) : this.events;
		this.rows.style.height = `${this.shown.length * ROW}px`;
		this.rows.setAttribute("aria-label", `${this.shown.length} events of this page`);
		this.current = -2;
		this.draw();
		this.drawRows();
	}

	/* The newest event of the page that has happened */
	at() {
		return Trace.above(this.shown, this.app.position - 1) - 1;
	}

	draw() {
		const { app } = this;

		if (app.selected < 0)
			return;
		this.state.replaceChildren(element("b", { textContent: placeWords(app.places.now[app.selected]) }), this.frameText());
		const at = this.at();
		if (at === this.current)
			return;
		this.current = at;
		const top = at * ROW, view = this.list.clientHeight;
		if (at >= 0 && (top < this.list.scrollTop || top + ROW > this.list.scrollTop + view))
			this.list.scrollTop = top - view / 2;
		this.drawRows();
	}

	/* The page frame that the slot holds, and its count, if the trace has counts */
	frameText() {
		const { app } = this, pfn = app.history.frameAt(app.selected, app.position);

		if (pfn < 0)
			return "";
		const count = app.history.countAt(pfn, app.position);
		return ` · ${app.words.frame(pfn)}${count >= 0 ? ` · references: ${count}` : ""}`;
	}

	drawRows() {
		const first = Math.max(0, Math.floor(this.list.scrollTop / ROW) - 2);
		const last = Math.min(this.shown.length, first + Math.ceil(this.list.clientHeight / ROW) + 5);
		const rows = [];

		for (let n = first; n < last; n++)
			rows.push(this.row(n));
		this.rows.replaceChildren(...rows);
		if (this.current >= first && this.current < last)
			this.list.setAttribute("aria-activedescendant", `history-${this.current}`);
		else
			this.list.removeAttribute("aria-activedescendant");
	}

	row(n) {
		const { app } = this, { trace } = app, i = this.shown[n], kind = trace.kinds[trace.kind[i]];
		const row = element("div", { id: `history-${n}`, className: `row ${familyOf(kind)}` },
			element("div", { className: "what", textContent: app.words.shortSentence(i) }),
			element("div", { className: "raw", textContent: `${timeText(trace.time[i])}  ${trace.taskText(i)}  ${trace.text(i)}` }));

		row.setAttribute("role", "option");
		row.setAttribute("aria-setsize", this.shown.length);
		row.setAttribute("aria-posinset", n + 1);
		row.setAttribute("aria-selected", String(n === this.current));
		row.title = trace.text(i);
		row.style.top = `${n * ROW}px`;
		const { count } = app.history.kinds[trace.kind[i]];
		if (count >= 0)
			row.prepend(element("b", { className: "count", textContent: trace.valueText(i, count), title: "the reference count now" }));
		if (i >= app.position)
			row.classList.add("later");
		row.addEventListener("click", () => app.goTo(i + 1));
		return row;
	}

	/* Go to the page's next or last event */
	step(by) {
		const n = this.at() + by;

		if (this.app.selected < 0)
			this.app.say("Choose a page first: click it, or search for its address");
		else if (this.shown[n] !== undefined)
			this.app.goTo(this.shown[n] + 1);
		else
			this.app.say(by > 0 ? "This was the page's last event" : "This was the page's first event");
	}

	key(event) {
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];

		if (!by || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		event.stopPropagation();
		this.step(by);
	}
}
