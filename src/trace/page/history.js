/* SPDX-License-Identifier: MIT */
/*
 * All that ever happened to one page: what names its address, what names a range that it lies in, and
 * what happened to the page frames that its slot held, each from when the frame was handed out until
 * it was given back. Two indexes, by cell and by page frame, are made once, at the first question.
 */

/* Lists of events by key, all in one array */
class Lists {
	constructor(keys) {
		this.start = new Uint32Array(keys + 1);
	}

	/* First count every entry, then allot, then put every entry in the same order. */
	count(key) {
		this.start[key + 1]++;
	}

	allot() {
		for (let k = 1; k < this.start.length; k++)
			this.start[k] += this.start[k - 1];
		this.next = this.start.slice();
		this.items = new Uint32Array(this.start[this.start.length - 1]);
	}

	put(key, event) {
		this.items[this.next[key]++] = event;
	}

	of(key) {
		return this.items.subarray(this.start[key], this.start[key + 1]);
	}
}

const LARGEST_ORDER = 10;
const MPFN_VALID = 1;
const MPFN_SHIFT = 64;

class History {
	constructor(trace, places) {
		this.trace = trace;
		this.places = places;
		this.lastTenures = this.lastFrame = null; /* asked for again at every frame of a scrub */
	}

	/* What of a kind's values says which page */
	describeKinds() {
		const { trace } = this;

		return trace.kinds.map((kind, id) => ({
			id,
			mm: trace.slot(id, "mm"),
			address: trace.slot(id, "address"),
			start: trace.slot(id, "start"),
			end: trace.slot(id, "end"),
			pfn: /^mem(re|un)map_pages$/.test(kind.name) ? -1 : trace.slot(id, "pfn"),
			order: trace.slot(id, "order"),
			pages: SLOT_PAGES[kind.name] ?? 1,
			kind: trace.slot(id, "kind"),
			count: trace.slot(id, "count"),
			encoded: ["src", "dst"].map((name) => trace.slot(id, name)).filter((k) => k >= 0),
			slot: kind.name in SLOT_PAGES,
		}));
	}

	build() {
		if (this.cellEvents)
			return;
		const { trace, places } = this;
		this.kinds = this.describeKinds();
		this.ranges = [];
		this.pfnId = new Map();
		const cellPairs = [new Growing(Uint32Array), new Growing(Uint32Array)];
		const pfnPairs = [new Growing(Uint32Array), new Growing(Uint32Array)];
		const lastMm = new Float64Array(trace.tasks.length).fill(-1);

		for (let i = 0; i < trace.count; i++) {
			const kind = this.kinds[trace.kind[i]];

			if (kind.mm >= 0)
				lastMm[trace.task[i]] = trace.value(i, kind.mm);
			if (kind.address >= 0)
				this.noteCell(i, kind, lastMm[trace.task[i]], cellPairs);
			else if (kind.start >= 0 && kind.end >= 0)
				this.ranges.push(i);
			if (kind.pfn >= 0)
				this.notePfn(i, trace.value(i, kind.pfn), pfnPairs);
			for (const k of kind.encoded)
				if (trace.lo[trace.start[i] + k] & MPFN_VALID)
					this.notePfn(i, Math.floor(trace.value(i, k) / MPFN_SHIFT), pfnPairs);
		}
		this.cellEvents = History.lists(cellPairs, places.cells.count);
		this.pfnEvents = History.lists(pfnPairs, this.pfnId.size);
	}

	static lists([keys, events], count) {
		const lists = new Lists(count);

		for (let n = 0; n < keys.length; n++)
			lists.count(keys.array[n]);
		lists.allot();
		for (let n = 0; n < keys.length; n++)
			lists.put(keys.array[n], events.array[n]);
		return lists;
	}

	/* An event without a process is the one's that the task dealt with last, or everybody's. */
	noteCell(i, kind, lastMm, [keys, events]) {
		const { trace, places } = this, page = trace.pageOf(i, kind.address);
		const mms = lastMm >= 0 ? [lastMm] : places.cells.byMm.keys();
		const pages = places.wide.has(i) ? SLOT_PAGES.set_pmd : kind.pages;

		for (const mm of mms) {
			const cell = places.cells.find(mm, page);

			for (let n = 0; cell >= 0 && n < pages; n++) {
				keys.push(cell + n);
				events.push(i);
			}
		}
	}

	notePfn(i, pfn, [keys, events]) {
		let id = this.pfnId.get(pfn);

		if (id === undefined) {
			id = this.pfnId.size;
			this.pfnId.set(pfn, id);
		}
		keys.push(id);
		events.push(i);
	}

	/* Events of a frame, with those of the larger blocks whose part it is */
	ofFrame(pfn) {
		this.build();
		if (this.lastFrame?.pfn !== pfn)
			this.lastFrame = { pfn, events: this.findOfFrame(pfn) };
		return this.lastFrame.events;
	}

	findOfFrame(pfn) {
		const found = [];

		for (let order = 0; order <= LARGEST_ORDER; order++) {
			const head = pfn - (pfn % 2 ** order), id = this.pfnId.get(head);

			if (id === undefined || (order && head === pfn - (pfn % 2 ** (order - 1))))
				continue;
			for (const i of this.pfnEvents.of(id))
				if (head === pfn || this.orderOf(i) >= order)
					found.push(i);
		}
		return Uint32Array.from(found).sort();
	}

	orderOf(i) {
		const { order, pages } = this.kinds[this.trace.kind[i]];

		return order < 0 ? Math.log2(pages) : this.trace.value(i, order);
	}

	/* When the slot held which frame: [{pfn, from, to}], events' indices; kinds without a frame left out */
	tenures(cell) {
		if (this.lastTenures?.cell !== cell)
			this.lastTenures = { cell, tenures: this.findTenures(cell) };
		return this.lastTenures.tenures;
	}

	findTenures(cell) {
		const { trace, places } = this, page = places.cells.pageOf(cell), tenures = [];
		let open = null;

		for (const i of this.cellEvents.of(cell)) {
			const kind = this.kinds[trace.kind[i]];

			if (!kind.slot)
				continue;
			const name = trace.word(i, kind.kind);
			if (name === "table")
				continue;
			const holds = name === "present" || name.startsWith("migration") || name.startsWith("device");
			const pfn = holds ? trace.value(i, kind.pfn) + page - trace.pageOf(i, kind.address) : -1;
			if (open && open.pfn !== pfn) {
				open.to = i;
				open = null;
			}
			if (holds && !open) {
				open = { pfn, from: i, to: trace.count };
				tenures.push(open);
			}
		}
		return tenures;
	}

	/* Widen a tenure to the frame's life: from its allocation to its end, as far as they are known */
	static life(events, { from, to }, begins, ends) {
		let first = from, last = to;

		for (let n = Trace.above(events, from) - 1; n >= 0; n--)
			if (begins(events[n])) {
				first = events[n];
				break;
			} else if (ends(events[n]))
				break;
		for (let n = Trace.above(events, to - 1); n < events.length; n++)
			if (ends(events[n])) {
				last = events[n] + 1;
				break;
			} else if (begins(events[n]))
				break;
		return [first, last];
	}

	/* Every event of a page, oldest first, each once */
	of(cell) {
		this.build();
		const { trace, places } = this, page = places.cells.pageOf(cell), mm = places.cells.runOf(cell).mm;
		const all = [...this.cellEvents.of(cell)];
		const named = (names) => {
			const ids = names.map((name) => trace.byName.get(name));
			return (i) => ids.includes(trace.kind[i]);
		};
		const begins = named(["mm_page_alloc", "zone_device_page_init"]);
		const ends = named(["mm_page_free", "zone_device_folio_free"]);

		for (const i of this.ranges) {
			const kind = this.kinds[trace.kind[i]];

			if ((kind.mm < 0 || trace.value(i, kind.mm) === mm) && trace.pageOf(i, kind.start) <= page &&
			    trace.pageOf(i, kind.end) + (trace.lo[trace.start[i] + kind.end] & 4095 ? 1 : 0) > page)
				all.push(i);
		}
		for (const tenure of this.tenures(cell)) {
			const events = this.ofFrame(tenure.pfn);
			const [first, last] = History.life(events, tenure, begins, ends);

			for (let n = Trace.above(events, first - 1); n < events.length && events[n] < last; n++)
				all.push(events[n]);
		}
		return Uint32Array.from(new Set(all)).sort();
	}

	/* The frame that the slot holds after the first p events, or -1 */
	frameAt(cell, p) {
		this.build();
		const tenure = this.tenures(cell).find(({ from, to }) => from < p && p <= to);

		return tenure ? tenure.pfn : -1;
	}

	/* The cells whose slots hold the frame after the first p events */
	holders(pfn, p) {
		const { trace, places } = this, cells = new Set();

		for (const i of this.ofFrame(pfn)) {
			const kind = this.kinds[trace.kind[i]];
			if (kind.slot)
				cells.add(places.cells.find(trace.value(i, kind.mm),
					trace.pageOf(i, kind.address) + pfn - trace.value(i, kind.pfn)));
		}
		return [...cells].filter((cell) => cell >= 0 && this.frameAt(cell, p) === pfn);
	}

	/* The reference count of a frame after the first p events, as the trace last told it; -1: it did not */
	countAt(pfn, p) {
		const { trace } = this, events = this.ofFrame(pfn);

		for (let n = Trace.above(events, p - 1) - 1; n >= 0; n--) {
			const { count } = this.kinds[trace.kind[events[n]]];
			if (count >= 0)
				return trace.value(events[n], count);
		}
		return -1;
	}
}
