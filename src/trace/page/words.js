/* SPDX-License-Identifier: MIT */
/*
 * Events in plain words, and the six families that lanes and chips show. An event without words of its
 * own is shown by its name and values, so that a new one needs nothing here.
 */

const FAMILIES = {
	fault: "faults",
	table: "page table",
	move: "migration",
	copy: "devices, copies, fences",
	memory: "pages and counts",
	other: "tasks and the rest",
};

/* By the groups of docs/tracing.md; what is not named is of the last family */
const FAMILY_OF_GROUP = {
	fault: "fault", slot: "table", map: "table", migrate: "move", notifier: "move",
	dma: "copy", fence: "copy", gpu: "copy", page: "memory", folio: "memory", ref: "memory",
};

function familyOf(kind) {
	return FAMILY_OF_GROUP[kind.group] ?? "other";
}

function hex(number) {
	return "0x" + number.toString(16);
}

function bytesText(bytes) {
	if (bytes >= 1 << 20)
		return `${+(bytes / (1 << 20)).toFixed(1)} MiB`;
	return bytes >= 1024 ? `${+(bytes / 1024).toFixed(1)} KiB` : `${bytes} bytes`;
}

function pagesText(from, to) {
	const pages = Math.max(1, Math.ceil((to - from) / 4096));

	if (to >= 2 ** 63 || to - from > 2 ** 46)
		return from ? `everything from ${hex(from)}` : "the whole address space";
	return pages === 1 ? `page ${hex(from)}` : `${pages} pages from ${hex(from)}`;
}

function timeText(ns) {
	if (ns >= 1e9)
		return `${(ns / 1e9).toFixed(6)} s`;
	if (ns >= 1e6)
		return `${(ns / 1e6).toFixed(4)} ms`;
	return ns >= 1e3 ? `${(ns / 1e3).toFixed(3)} µs` : `${ns} ns`;
}

const FAULT_BITS = [[1, "out of memory"], [2, "SIGBUS"], [4, "major"], [0x40, "SIGSEGV"], [0x100, "no page"],
	[0x400, "try again"], [0x800, "fall back"], [0x4000, "done, lock dropped"]];

function faultText(result) {
	const words = FAULT_BITS.filter(([bit]) => result & bit).map(([, word]) => word);

	return words.length ? words.join(", ") : result ? hex(result) : "done";
}

class Words {
	constructor(trace, places) {
		this.trace = trace;
		this.places = places;
		this.families = trace.kinds.map((kind) => familyOf(kind));
	}

	/* Values of event i by their names: hexadecimal ones are numbers, others as the text trace has them */
	values(i) {
		const { trace } = this, values = {};

		trace.kinds[trace.kind[i]].values.forEach(({ name, hex: address, words }, k) =>
			(values[name] = address && !words ? trace.value(i, k) : trace.valueText(i, k)));
		return values;
	}

	frame(pfn) {
		const gpu = this.places.devices.gpuOf(pfn, false);

		return gpu ? `GPU ${gpu}'s page ${hex(pfn)}` : `page frame ${hex(pfn)}`;
	}

	encoded(mpfn) {
		return mpfn % 2 ? this.frame(Math.floor(mpfn / 64)) : "an empty slot";
	}

	gpuOf(pfn) {
		const gpu = this.places.devices.gpuOf(pfn, false);

		return gpu ? `GPU ${gpu}` : "A device";
	}

	count({ pfn, val, count }) {
		const how = Math.abs(val) === 1 ? "a reference" : `${Math.abs(val)} references`;

		return `${this.frame(pfn)}: ${how} ${val < 0 ? "given back" : "taken"}; the count is ${count}`;
	}

	task(number) {
		const task = this.trace.tasks.find((t) => t.number === +number);

		return task ? `${task.name}/${number}` : `task ${number}`;
	}

	sentence(i) {
		const { trace } = this, kind = trace.kinds[trace.kind[i]], say = SENTENCES[kind.name];

		if (!say)
			return `${kind.about ?? kind.name}`;
		const text = say(this.values(i), this);
		return text[0].toUpperCase() + text.slice(1);
	}

	/* Without saying again which page it is */
	shortSentence(i) {
		const text = this.sentence(i).replace(/^Process \d+, 0x[0-9a-f]+: (the )?/, "");

		return text[0].toUpperCase() + text.slice(1);
	}

	slot(v) {
		const name = v.kind, at = `Process ${v.mm}, ${hex(v.address)}`;

		if (name === "none")
			return `${at}: the slot is emptied`;
		if (name === "present")
			return `${at}: the slot now maps ${this.frame(v.pfn)}; the CPU can use it`;
		if (name === "table")
			return `${at}: an upper slot now leads to a table of 512 slots`;
		if (name.startsWith("migration"))
			return `${at}: a migration entry takes the place of ${this.frame(v.pfn)}; who touches it waits`;
		if (name === "device-exclusive")
			return `${at}: ${this.frame(v.pfn)} is lent to a device alone`;
		if (name.startsWith("device"))
			return `${at}: the slot names ${this.frame(v.pfn)}; a CPU that touches it faults and gets it back`;
		return `${at}: the slot now holds ${name}`;
	}
}

/* By name: values to a sentence. */
const SENTENCES = {
	machine_start: (v) => `The trace begins, on a machine with ${bytesText(+v.ram)} of RAM, seed ${v.seed}`,
	machine_stop: (v) => `The machine stops; reports: ${v.reports}`,
	report: (v) => `Report ${v.nr}: ${v.text ?? "a law is broken"}`,
	inject: (v) => `A failure is injected: ${v.kind}, call ${v.nth}`,
	task_newtask: (v) => `A new task: ${v.comm}/${v.pid}`,
	sched_process_exit: (v, w) => `${w.task(v.pid)} ends`,
	sched_switch: (v, w) => `${w.task(v.next_pid)} runs now, ${w.task(v.prev_pid)} no longer`,
	sched_wakeup: (v, w) => `${w.task(v.pid)} is woken`,
	irq_handler_entry: (v) => `Interrupt ${v.irq}: a device has something to say`,
	irq_handler_exit: (v) => `Interrupt ${v.irq} is dealt with`,
	contention_begin: (v) => `It must wait: ${v.lock} is taken`,
	contention_end: (v) => `It waits no more for ${v.lock}`,
	memremap_pages: (v, w) => `${w.gpuOf(v.pfn)}'s memory gets ${v.end - v.pfn} page frames from ${hex(v.pfn)}`,
	memunmap_pages: (v, w) => `${w.gpuOf(v.pfn)}'s page frames from ${hex(v.pfn)} are gone`,
	mm_page_alloc: (v, w) => `${w.frame(v.pfn)} is handed out${+v.order ? `, with ${2 ** v.order - 1} after it` : ""}`,
	mm_page_free: (v, w) => `${w.frame(v.pfn)} is given back`,
	folio_split: (v, w) => `The folio at ${w.frame(v.pfn)} is split`,
	folio_lock: (v, w) => `${w.frame(v.pfn)} is locked`,
	folio_unlock: (v, w) => `${w.frame(v.pfn)} is unlocked`,
	folio_add_lru: (v, w) => `${w.frame(v.pfn)} waits in a CPU's batch, which holds a reference`,
	mm_lru_insertion: (v, w) => `${w.frame(v.pfn)} goes from the batch to an LRU list`,
	folio_isolate_lru: (v, w) => `${w.frame(v.pfn)} is taken off its LRU list`,
	zone_device_page_init: (v, w) => `${w.frame(v.pfn)} is taken into use`,
	zone_device_folio_free: (v, w) => `${w.frame(v.pfn)} is free again`,
	page_ref_set: (v, w) => `${w.frame(v.pfn)}: the count is set to ${v.count}`,
	page_ref_mod: (v, w) => w.count(v),
	page_ref_mod_and_test: (v, w) => w.count(v),
	page_ref_mod_and_return: (v, w) => w.count(v),
	page_ref_mod_unless: (v, w) => (+v.ret ? w.count(v) : `${w.frame(v.pfn)}: nobody holds it; no reference taken`),
	page_ref_freeze: (v, w) => (+v.ret ? `${w.frame(v.pfn)}: the count is frozen; no one else can take the page` :
		`${w.frame(v.pfn)}: not frozen; somebody else holds it`),
	page_ref_unfreeze: (v, w) => `${w.frame(v.pfn)}: the count thaws to ${v.count}`,
	process_create: (v) => `Process ${v.mm} is made: ${v.name}`,
	process_exit: (v) => `Process ${v.mm} ends`,
	mmap: (v) => `Process ${v.mm} maps ${pagesText(v.start, v.end)}`,
	munmap: (v) => `Process ${v.mm} unmaps ${pagesText(v.start, v.end)}`,
	page_fault_user: (v) => `Process ${v.mm} ${+v.write ? "writes to" : "reads"} ${hex(v.address)}, and faults`,
	page_fault_user_end: (v) => `Process ${v.mm}: the fault at ${hex(v.address)} ` +
		(v.result === 0 ? "is resolved" : `is over: ${faultText(v.result)}`),
	migrate_to_ram: (v, w) => `The driver is asked to bring ${w.frame(v.pfn)} back to RAM for ${hex(v.address)}`,
	migrate_to_ram_end: (v) => `The driver has answered for ${hex(v.address)}: ${faultText(v.result)}`,
	hmm_range_fault: (v) => `A driver looks at the slots of ${pagesText(v.start, v.end)} of process ${v.mm}`,
	hmm_range_fault_end: (v) => `It has seen ${pagesText(v.start, v.end)}${+v.error ? `: error ${v.error}` : ""}`,
	set_pte: (v, w) => w.slot(v),
	set_pmd: (v, w) => `${w.slot(v)} (2 MiB at once)`,
	tlb_flush: (v) => `Process ${v.mm}: the CPUs forget ${pagesText(v.start, v.end)}`,
	migrate_vma_setup: (v) => `Migration, phase 1: ${pagesText(v.start, v.end)} of process ${v.mm} are collected`,
	migrate_vma_setup_end: (v) => `Phase 1 is over: ${v.cpages} of ${pagesText(v.start, v.end)} can move`,
	migrate_vma_collect: (v, w) => `${hex(v.address)} joins the migration: ${w.encoded(v.src)}`,
	migrate_device: (v) => `Migration, phase 1: ${v.npages} pages of a device are collected`,
	migrate_device_end: (v) => `Phase 1 is over: ${v.cpages} of ${v.npages} device pages can move`,
	migrate_vma_pages: (v) => `Migration, phase 2: what was mapped goes over, for ${v.npages} pages`,
	migrate_vma_pages_end: (v) => `Phase 2 is over: ${v.moved} pages have gone over`,
	migrate_pages: (v, w) => `${w.encoded(v.src)} ${+v.moved ? "goes over" : "does not go over"} to ${w.encoded(v.dst)}`,
	migrate_vma_finalize: (v) => `Migration, phase 3: slots lead to where the pages are now, ${v.npages} of them`,
	migrate_finalize: (v, w) => `Finished: ${w.encoded(v.src)} is now ${w.encoded(v.dst)}`,
	migrate_vma_finalize_end: () => "The migration is over",
	mmu_notifier_start: (v) => `Process ${v.mm}: who mirrors ${pagesText(v.start, v.end)} must let go (${v.event})`,
	mmu_notifier_end: (v) => `Process ${v.mm}: ${pagesText(v.start, v.end)} may be mirrored again`,
	mmu_notifier_call: (v) => `A driver is told that ${pagesText(v.start, v.end)} will change`,
	mmu_notifier_call_end: (v) => `The driver has let go of ${pagesText(v.start, v.end)}`,
	dma_map_page: (v, w) => `Device ${v.dev} may reach ${w.frame(v.pfn)} at bus address ${hex(v.addr)}`,
	dma_unmap_page: (v) => `Device ${v.dev} may no longer reach bus address ${hex(v.addr)}`,
	dma_fence_init: (v) => `Fence ${v.context}/${v.seqno} is made: somebody will wait for it`,
	dma_fence_signaled: (v) => `Fence ${v.context}/${v.seqno} signals${+v.error ? `, with error ${v.error}` : ": it is done"}`,
	dma_fence_wait_start: (v) => `It waits for fence ${v.context}/${v.seqno}`,
	dma_fence_wait_end: (v) => `Fence ${v.context}/${v.seqno} need not be waited for any more`,
	gpu_copy: (v) => `GPU ${v.gpu}'s copy engine: ${bytesText(+v.bytes)} (${v.opcode})`,
	gpu_copy_end: (v) => `GPU ${v.gpu}'s copy engine is done with ${bytesText(+v.bytes)}`,
	gpu_fault: (v) => `GPU ${v.gpu} ${+v.write ? "writes to" : "reads"} ${hex(v.address)}, and faults`,
	gpu_fault_end: (v) => `GPU ${v.gpu}: the fault at ${hex(v.address)} is answered`,
	gpu_invalidate: (v) => `GPU ${v.gpu} forgets ${pagesText(v.start, v.end)}`,
	gpu_evict: (v) => `GPU ${v.gpu} makes room: ${bytesText(+v.bytes)}`,
	gpu_command: (v) => `GPU ${v.gpu} runs "${v.opcode}" on ${bytesText(+v.bytes)} at ${hex(v.address)}`,
};
