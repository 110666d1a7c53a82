/* SPDX-License-Identifier: MIT */
/*
 * Search: an address (0x40001000, or 1:0x40001000 for process 1), a page frame (pfn 0x10), an event by
 * number (#120) or name (page_fault_user), a moment (@12.5us). What is not found is said in one line.
 */

const UNITS = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9 };

class Search {
	constructor(app) {
		this.app = app;
		this.field = document.getElementById("search");
		this.message = document.getElementById("search-message");
		document.getElementById("search-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.run(this.field.value.trim());
		});
		this.field.addEventListener("input", () => this.tell(""));
	}

	tell(text, bad = false) {
		this.message.textContent = text;
		this.message.classList.toggle("bad", bad);
		this.field.setAttribute("aria-invalid", String(bad));
	}

	run(text) {
		const forms = [
			[/^$/, () => "type an address such as 0x40001000"],
			[/^#(\d+)$/, (m) => this.event(+m[1])],
			[/^@([\d.]+) *(ns|us|µs|ms|s)?$/, (m) => this.moment(+m[1] * UNITS[m[2] ?? "ns"])],
			[/^(?:pfn|frame)[ :=]*(0x[0-9a-f]+|\d+)$/i, (m) => this.frame(+m[1])],
			[/^(?:(\d+):)?(?:0x)?([0-9a-f]{3,16})$/i, (m) => this.address(m[1], m[2])],
			[/^[a-z_]+$/i, (m) => this.name(m[0])],
		];
		const form = forms.find(([pattern]) => pattern.test(text));
		const problem = form ? form[1](text.match(form[0])) :
			`'${text}' is no address: 0x40001000, 1:0x40001000 (in process 1), pfn 0x10, #120, @12.5us or an event's name`;

		if (problem)
			this.tell(problem, true);
	}

	address(mm, digits) {
		const { app } = this, page = Number(BigInt("0x" + digits) >> 12n), { cells } = app.places;
		const processes = mm === undefined ? cells.processes.map((process) => process.mm) : [+mm];
		const found = processes.map((each) => cells.find(each, page)).filter((cell) => cell >= 0);

		if (!found.length) {
			/* "mmap" could be both: words win where no page does */
			if (mm === undefined && app.trace.byName.has(digits))
				return this.name(digits);
			if (mm !== undefined && !cells.byMm.has(+mm))
				return `there is no process ${mm}: ${[...cells.byMm.keys()].join(", ") || "none at all"} are there`;
			return `no page at 0x${digits}${mm === undefined ? "" : ` in process ${mm}`} was ever touched: ${this.nearest(page)}`;
		}
		/* again and again: through all processes that have it */
		const next = found[(found.indexOf(app.selected) + 1) % found.length];
		app.select(next);
		this.tell(`${app.cellTitle(next)}${found.length > 1 ? `; ${found.length} processes have it: Enter goes on` : ""}`);
		return "";
	}

	nearest(page) {
		const runs = this.app.places.cells.runs;
		const away = (run) => (page < run.page ? run.page - page : page - run.page - run.length + 1);
		const best = runs.reduce((a, b) => (a && away(a) <= away(b) ? a : b), null);

		return best ? `the nearest are 0x${(best.page * 4096).toString(16)} to 0x${((best.page + best.length) * 4096 - 1).toString(16)}` :
			"the trace has no pages";
	}

	frame(pfn) {
		const { app } = this, [cell] = app.history.holders(pfn, app.position);

		if (cell !== undefined) {
			app.select(cell);
			this.tell(`page frame ${hex(pfn)} is held by ${app.cellTitle(cell)} now`);
			return "";
		}
		const events = app.history.ofFrame(pfn);
		return `no page has page frame ${hex(pfn)} at this moment` +
			(events.length ? `; ${events.length} events name it, the first is #${app.trace.number[events[0]]}` : ", and no event names it");
	}

	event(number) {
		const { trace } = this.app, i = Trace.above(trace.number, number - 1);

		if (!trace.count || trace.number[i] !== number)
			return `there is no event #${number}: ${trace.count ? `#${trace.number[0]} to #${trace.number[trace.count - 1]} are here` : "none is here"}`;
		this.app.goTo(i + 1);
		this.tell(trace.text(i));
		return "";
	}

	moment(ns) {
		const { trace } = this.app;

		if (!Number.isFinite(ns))
			return "that is no moment: @12.5us, or @ and virtual nanoseconds";
		this.app.goTo(Trace.above(trace.time, ns));
		this.tell(`at ${timeText(ns)}`);
		return "";
	}

	/* The next event of that name, round the end */
	name(name) {
		const { trace, position } = this.app, kind = trace.byName.get(name);

		if (kind === undefined)
			return `'${name}' is neither an address nor an event of this trace`;
		for (let n = 0; n < trace.count; n++) {
			const i = (position + n) % trace.count;
			if (trace.kind[i] === kind) {
				this.app.goTo(i + 1);
				this.tell(`#${trace.number[i]} ${trace.text(i)}`);
				return "";
			}
		}
		return `no event '${name}' is in this trace`;
	}
}
