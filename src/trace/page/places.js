/* SPDX-License-Identifier: MIT */
/*
 * Where every page is at every moment. A cell is a virtual page of one process. All changes of cells
 * stand in one list in the order of the events; copies of all cells at even distances (key frames) make
 * a jump to any moment cost the changes since the nearest one.
 *
 * A place is one byte: see Place. A position p means: the first p events have happened.
 */

const PAGE_SHIFT = 12;

const Place = {
	UNMAPPED: 0, /* no mapping covers the address */
	NONE: 1, /* a mapping does, and nothing is there yet */
	RAM: 2,
	SWAP: 3,
	POISON: 4,
	MARKER: 5,
	MOVING: 6, /* a migration entry for a page in RAM */
	GPU: 16, /* + number of the GPU, 1 to 31 */
	MOVING_GPU: 48, /* a migration entry for a page of that GPU */
	EXCLUSIVE: 80, /* a device-exclusive entry of that GPU */
	END: 112,
};

const MOST_GPUS = 31;

function placeGpu(place) {
	return place >= Place.GPU && place < Place.END ? (place - Place.GPU) % 32 : 0;
}

function placeBase(place) {
	return place >= Place.GPU ? place - placeGpu(place) : place;
}

/* The class that counters and the chart know: moving pages count with where they come from. */
function placeHome(place) {
	if (place === Place.MOVING)
		return Place.RAM;
	return place >= Place.GPU ? Place.GPU + placeGpu(place) : place;
}

function placeWords(place) {
	const gpu = placeGpu(place);

	switch (placeBase(place)) {
	case Place.UNMAPPED: return "not mapped";
	case Place.NONE: return "mapped, nothing there yet";
	case Place.RAM: return "in RAM";
	case Place.SWAP: return "swapped out";
	case Place.POISON: return "lost to a memory error";
	case Place.MARKER: return "a marker, no page";
	case Place.MOVING: return "migration entry: its page is in RAM, being moved";
	case Place.GPU: return `on GPU ${gpu}`;
	case Place.MOVING_GPU: return `migration entry: its page is on GPU ${gpu}, being moved`;
	case Place.EXCLUSIVE: return `in RAM, lent to GPU ${gpu} alone`;
	default: return "unknown";
	}
}

/* Which GPU owns a device page: from the ranges of page frames that the devices announced. */
class Devices {
	constructor(trace) {
		const kind = trace.byName.get("memremap_pages");

		this.ranges = [];
		this.count = 0;
		if (kind === undefined)
			return;
		const first = trace.slot(kind, "pfn"), end = trace.slot(kind, "end");
		for (let i = 0; i < trace.count; i++)
			if (trace.kind[i] === kind)
				this.add(trace.value(i, first), trace.value(i, end));
	}

	/* GPUs are numbered in the order in which they come; one that comes again has its old frames */
	add(first, end) {
		if (this.ranges.some((range) => range.first === first))
			return;
		this.ranges.push({ first, end, gpu: Math.min(this.ranges.length + 1, MOST_GPUS) });
	}

	/* @device: the slot says that it is a device's page, so that it has some number in any case */
	gpuOf(pfn, device) {
		for (const range of this.ranges)
			if (pfn >= range.first && pfn < range.end)
				return this.use(range.gpu);
		return device ? this.use(1) : 0;
	}

	use(gpu) {
		this.count = Math.max(this.count, gpu);
		return gpu;
	}
}

/* Numbers that grow in number */
class Growing {
	constructor(Type) {
		this.array = new Type(1024);
		this.length = 0;
	}

	push(x) {
		if (this.length === this.array.length) {
			const bigger = new this.array.constructor(2 * this.length);

			bigger.set(this.array);
			this.array = bigger;
		}
		this.array[this.length++] = x;
	}

	done() {
		return this.array.subarray(0, this.length);
	}
}

/* How many pages a slot is, by the name of the event that changes it */
const SLOT_PAGES = { set_pte: 1, set_pmd: 512 };

/* Ranges up to this many pages have a cell for each; of longer ones only pages that something touched */
const WHOLE_RANGE = 4096;
const WHOLE_CELLS = 131072;

/* The cells: processes, each a sorted list of runs of pages without a gap. */
class Cells {
	constructor(trace) {
		const pages = new Map();
		const wanted = (mm) => {
			if (!pages.has(mm))
				pages.set(mm, new Growing(Float64Array));
			return pages.get(mm);
		};

		this.runs = [];
		this.count = 0;
		this.gather(trace, wanted);
		this.processes = [...pages.keys()].sort((a, b) => a - b).map((mm) => {
			const process = { mm, firstRun: this.runs.length, first: this.count };

			this.addRuns(mm, pages.get(mm).done().slice().sort());
			process.runs = this.runs.slice(process.firstRun);
			process.count = this.count - process.first;
			return process;
		});
		this.byMm = new Map(this.processes.map((process) => [process.mm, process]));
	}

	gather(trace, wanted) {
		const touching = trace.kinds.map((kind, id) => (SLOT_PAGES[kind.name] || kind.name === "page_fault_user" ?
			{ mm: trace.slot(id, "mm"), address: trace.slot(id, "address"), pages: SLOT_PAGES[kind.name] ?? 1 } : null));
		const mmap = trace.byName.get("mmap");
		let whole = WHOLE_CELLS, lastMm = -1, lastPage = -1;

		for (let i = 0; i < trace.count; i++) {
			const id = trace.kind[i], at = touching[id];

			if (at) {
				const mm = trace.value(i, at.mm), page = trace.pageOf(i, at.address);
				if (mm === lastMm && page === lastPage)
					continue;
				const list = wanted(mm);
				for (let n = 0; n < at.pages; n++)
					list.push(page + n);
				lastMm = mm;
				lastPage = at.pages === 1 ? page : -1;
			} else if (id === mmap) {
				const mm = trace.value(i, 0), from = trace.pageOf(i, 1), to = trace.pageOf(i, 2);
				if (to - from > WHOLE_RANGE || to - from > whole)
					continue;
				whole -= to - from;
				for (let page = from; page < to; page++)
					wanted(mm).push(page);
			}
		}
	}

	addRuns(mm, sorted) {
		let run = null, last = -2;

		for (const page of sorted) {
			if (page === last)
				continue;
			if (page !== last + 1) {
				run = { mm, page, first: this.count, length: 0 };
				this.runs.push(run);
			}
			run.length++;
			this.count++;
			last = page;
		}
	}

	/* The first run of the process that ends behind @page; runs.length: none */
	runFrom(process, page) {
		let low = 0, high = process.runs.length;

		while (low < high) {
			const middle = (low + high) >>> 1, run = process.runs[middle];

			if (run.page + run.length > page)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}

	/* The cell of a page, or -1 */
	find(mm, page) {
		const process = this.byMm.get(mm);

		if (!process)
			return -1;
		const run = process.runs[this.runFrom(process, page)];
		return run && page >= run.page ? run.first + page - run.page : -1;
	}

	/* Call @each with [first, end) of the cells of every run that lies in the range */
	inRange(mm, from, to, each) {
		const process = this.byMm.get(mm);

		if (!process)
			return;
		for (let r = this.runFrom(process, from); r < process.runs.length; r++) {
			const run = process.runs[r];
			const low = Math.max(from, run.page), high = Math.min(to, run.page + run.length);

			if (low >= high)
				return;
			each(run.first + low - run.page, run.first + high - run.page);
		}
	}

	runOf(cell) {
		let low = 0, high = this.runs.length - 1;

		while (low < high) {
			const middle = (low + high + 1) >>> 1;

			if (this.runs[middle].first > cell)
				high = middle - 1;
			else
				low = middle;
		}
		return this.runs[low];
	}

	pageOf(cell) {
		const run = this.runOf(cell);

		return run.page + cell - run.first;
	}

	addressOf(cell) {
		return this.pageOf(cell) * 4096;
	}
}

class Places {
	constructor(trace) {
		this.trace = trace;
		this.devices = new Devices(trace);
		this.cells = new Cells(trace);
		this.at = 0; /* changes that are in now */
		this.position = 0;
		this.now = new Uint8Array(this.cells.count);
		this.covered = new Uint8Array(this.cells.count);
		this.huge = new Set(); /* first cells of 2 MiB that one slot maps */
		this.wide = new Set(); /* events that emptied one, under the name of a small slot's */
		this.event = new Growing(Uint32Array);
		this.cell = new Growing(Uint32Array);
		this.before = new Growing(Uint8Array);
		this.after = new Growing(Uint8Array);
		this.coverUnknown();
		this.initial = this.now.slice();
		this.walk();
		for (const list of ["event", "cell", "before", "after"])
			this[list] = this[list].done();
		this.at = this.event.length;
		this.makeKeyframes();
		this.seek(0);
	}

	/* Pages that no mmap event ever covers (a child's after fork, say) count as mapped from the start. */
	coverUnknown() {
		const { trace, cells } = this, mmap = trace.byName.get("mmap");

		this.covered.fill(1);
		for (let i = 0; i < trace.count; i++)
			if (trace.kind[i] === mmap)
				cells.inRange(trace.value(i, 0), trace.pageOf(i, 1), trace.pageOf(i, 2),
					(first, end) => this.covered.fill(0, first, end));
		for (let cell = 0; cell < cells.count; cell++)
			this.now[cell] = this.covered[cell] ? Place.NONE : Place.UNMAPPED;
	}

	walk() {
		const { trace, cells } = this, kinds = trace.byName;
		const mmap = kinds.get("mmap"), munmap = kinds.get("munmap");
		const slots = trace.kinds.map(({ name }, id) => SLOT_PAGES[name] && {
			mm: trace.slot(id, "mm"), address: trace.slot(id, "address"),
			kind: trace.slot(id, "kind"), pfn: trace.slot(id, "pfn"), pages: SLOT_PAGES[name],
		});

		for (let i = 0; i < trace.count; i++) {
			const kind = trace.kind[i];

			if (slots[kind])
				this.slotChange(i, slots[kind]);
			else if (kind === mmap || kind === munmap)
				cells.inRange(trace.value(i, 0), trace.pageOf(i, 1), trace.pageOf(i, 2),
					(first, end) => this.cover(i, first, end, kind === mmap));
		}
	}

	cover(i, first, end, mapped) {
		this.covered.fill(mapped ? 1 : 0, first, end);
		for (let cell = first; cell < end; cell++)
			if (this.now[cell] <= Place.NONE)
				this.change(i, cell, mapped ? Place.NONE : Place.UNMAPPED);
	}

	slotChange(i, at) {
		const trace = this.trace;
		const cell = this.cells.find(trace.value(i, at.mm), trace.pageOf(i, at.address));
		const name = trace.word(i, at.kind) ?? "";

		if (name === "table") { /* a slot of an upper level; what is below speaks for itself */
			this.huge.delete(cell);
			return;
		}
		const place = this.placeOf(name, trace.value(i, at.pfn));
		/* a slot of 2 MiB is emptied as any other; only what it was tells */
		const pages = place === Place.NONE && this.huge.has(cell) ? SLOT_PAGES.set_pmd : at.pages;
		if (pages > at.pages)
			this.wide.add(i);
		if (place === Place.NONE)
			this.huge.delete(cell);
		else if (pages > 1)
			this.huge.add(cell);
		for (let n = 0; n < pages; n++)
			this.change(i, cell + n, place === Place.NONE && !this.covered[cell + n] ? Place.UNMAPPED : place);
	}

	/* @name: the slot's kind, as the text trace calls it */
	placeOf(name, pfn) {
		if (name === "none")
			return Place.NONE;
		if (name === "present")
			return Place.RAM;
		if (name.startsWith("migration")) {
			const gpu = this.devices.gpuOf(pfn, false);
			return gpu ? Place.MOVING_GPU + gpu : Place.MOVING;
		}
		if (name === "device-exclusive")
			return Place.EXCLUSIVE + (this.devices.gpuOf(pfn, false) || 1);
		if (name.startsWith("device"))
			return Place.GPU + this.devices.gpuOf(pfn, true);
		return { swap: Place.SWAP, hwpoison: Place.POISON, marker: Place.MARKER }[name] ?? Place.MARKER;
	}

	change(i, cell, place) {
		if (this.now[cell] === place)
			return;
		this.event.push(i);
		this.cell.push(cell);
		this.before.push(this.now[cell]);
		this.after.push(place);
		this.now[cell] = place;
	}

	makeKeyframes() {
		const budget = 48e6;

		this.distance = Math.max(8192, Math.ceil((this.event.length * this.cells.count) / budget));
		this.keyframes = [this.initial];
		const cells = this.initial.slice();
		for (let c = 0; c < this.event.length; c++) {
			cells[this.cell[c]] = this.after[c];
			if ((c + 1) % this.distance === 0)
				this.keyframes.push(cells.slice());
		}
	}

	/* How many changes the first p events made */
	changesAt(p) {
		return Trace.above(this.event, p - 1);
	}

	seek(position) {
		const goal = this.changesAt(position), near = Math.round(goal / this.distance);
		const frame = Math.min(near, this.keyframes.length - 1), start = frame * this.distance;

		this.position = position;
		if (Math.abs(goal - start) < Math.abs(goal - this.at)) {
			this.now.set(this.keyframes[frame]);
			this.at = start;
		}
		for (; this.at < goal; this.at++)
			this.now[this.cell[this.at]] = this.after[this.at];
		for (; this.at > goal; this.at--)
			this.now[this.cell[this.at - 1]] = this.before[this.at - 1];
	}

	/* Pages at each home at each of @positions (ascending). Return: a Map from home to an array of numbers. */
	counts(positions) {
		const homes = new Map(), current = new Int32Array(Place.END);
		let c = 0;

		for (const place of this.initial)
			current[placeHome(place)]++;
		positions.forEach((p, n) => {
			for (; c < this.event.length && this.event[c] < p; c++) {
				current[placeHome(this.before[c])]--;
				current[placeHome(this.after[c])]++;
			}
			current.forEach((count, home) => {
				if (!count || home <= Place.NONE)
					return;
				if (!homes.has(home))
					homes.set(home, new Float64Array(positions.length));
				homes.get(home)[n] = count;
			});
		});
		return new Map([...homes].sort((a, b) => a[0] - b[0]));
	}

	/* Pages at each place now: [place, count], places with none left out */
	census() {
		const counts = new Uint32Array(Place.END);

		for (const place of this.now)
			counts[place]++;
		return [...counts.entries()].filter(([, count]) => count);
	}
}
