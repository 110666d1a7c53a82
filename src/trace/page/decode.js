/* SPDX-License-Identifier: MIT */
/*
 * The events, from the text in the page to typed arrays. docs/watching.md describes the format: a line
 * a block of events, each line base64 of raw deflate, a block a count and six columns. A file that was
 * cut off still has its first blocks; what is lost is counted and said.
 */

/* One column of LEB128 numbers, read from its start to its end. */
class Column {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	/* An unsigned number below 2^53 */
	next() {
		const bytes = this.bytes;
		let byte = bytes[this.at++], value = byte & 127, scale = 128;

		while (byte > 127) {
			byte = bytes[this.at++];
			value += (byte & 127) * scale;
			scale *= 128;
		}
		return value;
	}

	/* A signed number: zigzag */
	nextSigned() {
		const n = this.next();

		return n % 2 ? -(n + 1) / 2 : n / 2;
	}

	/* Any 64 bits of zigzag, as two halves in this.lo and this.hi */
	nextHalves() {
		const bytes = this.bytes;
		let byte = bytes[this.at++], lo = byte & 127, hi = 0, shift = 7;

		while (byte > 127) {
			byte = bytes[this.at++];
			const bits = byte & 127;
			if (shift < 32)
				lo |= bits << shift;
			if (shift > 25)
				hi |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
			shift += 7;
		}
		const sign = -(lo & 1);
		this.lo = (((lo >>> 1) | (hi << 31)) ^ sign) >>> 0;
		this.hi = ((hi >>> 1) ^ sign) >>> 0;
	}

	/* Was there as much as was asked for? */
	get whole() {
		return this.at <= this.bytes.length;
	}
}

/* All events, one index each, oldest first. */
class Trace {
	constructor(meta) {
		const room = meta.events;

		this.meta = meta;
		this.kinds = meta.kinds;
		this.tasks = meta.tasks;
		this.count = 0;
		this.kind = new Uint8Array(room);
		this.task = new Uint16Array(room);
		this.cpu = new Int16Array(room);
		this.number = new Float64Array(room);
		this.time = new Float64Array(room);
		this.start = new Uint32Array(room + 1); /* of each event's values in lo and hi */
		this.lo = new Uint32Array(room * 2 + 16);
		this.hi = new Uint32Array(room * 2 + 16);
		this.widths = Uint8Array.from(meta.kinds, (kind) => kind.values.length);
		this.byName = new Map(meta.kinds.map((kind, id) => [kind.name, id]));
	}

	/* Where in a kind's values one of this name stands; -1: nowhere */
	slot(kind, name) {
		return this.kinds[kind].values.findIndex((value) => value.name === name);
	}

	/* The word that a value stands for, or undefined */
	word(i, k) {
		return this.kinds[this.kind[i]].values[k].words?.[this.value(i, k)];
	}

	/* Value k of event i; exact below 2^53 */
	value(i, k) {
		const at = this.start[i] + k;

		return this.hi[at] * 4294967296 + this.lo[at];
	}

	/* The page number of an address, or of whatever else counts bytes */
	pageOf(i, k) {
		const at = this.start[i] + k;

		return this.hi[at] * 1048576 + (this.lo[at] >>> 12);
	}

	/* As the text trace prints it */
	valueText(i, k) {
		const at = this.start[i] + k, lo = this.lo[at], hi = this.hi[at];
		const { hex, signed, words } = this.kinds[this.kind[i]].values[k];

		if (words && this.value(i, k) in words)
			return words[this.value(i, k)];
		if (hex)
			return "0x" + (hi ? hi.toString(16) + lo.toString(16).padStart(8, "0") : lo.toString(16));
		if (signed && hi >>> 31)
			return String(BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)));
		return hi < 0x200000 ? String(this.value(i, k)) : String((BigInt(hi) << 32n) | BigInt(lo));
	}

	/* "set_pte: mm=1 address=0x40000000 kind=present pfn=0x10" */
	text(i) {
		const kind = this.kinds[this.kind[i]];
		const values = kind.values.map(({ name }, k) => ` ${name}=${this.valueText(i, k)}`);

		return `${kind.name}:${values.join("")}`;
	}

	taskText(i) {
		const task = this.tasks[this.task[i]];

		return `${task.name}/${task.number}`;
	}

	/* The first index whose array element is above x: how many are not */
	static above(array, x, count = array.length) {
		let low = 0, high = count;

		while (low < high) {
			const middle = (low + high) >>> 1;

			if (array[middle] > x)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}

	/* Take in the events of one block. Return: false if it is not whole; then nothing was taken. */
	append(bytes) {
		if (bytes.length < 4)
			return false;
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		const count = view.getUint32(0, true), columns = [];
		let at = 4;

		for (let c = 0; c < 6; c++) {
			if (at + 4 > bytes.length)
				return false;
			const length = view.getUint32(at, true);
			if (at + 4 + length > bytes.length)
				return false;
			columns.push(new Column(bytes.subarray(at + 4, at + 4 + length)));
			at += 4 + length;
		}
		if (this.count + count > this.kind.length || columns[0].bytes.length !== count)
			return false;
		this.decode(count, columns);
		if (!columns.slice(1).every((column) => column.whole))
			return false;
		this.count += count;
		return true;
	}

	decode(count, [kinds, tasks, cpus, numbers, times, values]) {
		const first = this.count, widths = this.widths;
		const previousLo = new Uint32Array(4 * widths.length);
		const previousHi = new Uint32Array(4 * widths.length);
		let number = 0, time = 0, at = this.start[first];

		this.roomFor(at + 4 * count);
		for (let i = first; i < first + count; i++) {
			const kind = kinds.bytes[i - first];

			this.kind[i] = kind;
			this.task[i] = tasks.next();
			this.cpu[i] = cpus.next() - 1;
			this.number[i] = number += numbers.nextSigned();
			this.time[i] = time += times.nextSigned();
			for (let k = 4 * kind, end = k + widths[kind]; k < end; k++, at++) {
				values.nextHalves();
				const lo = (previousLo[k] + values.lo) >>> 0;
				previousHi[k] += values.hi + (lo < values.lo ? 1 : 0);
				this.lo[at] = previousLo[k] = lo;
				this.hi[at] = previousHi[k];
			}
			this.start[i + 1] = at;
		}
	}

	roomFor(length) {
		if (length <= this.lo.length)
			return;
		for (const half of ["lo", "hi"]) {
			const bigger = new Uint32Array(2 * length);

			bigger.set(this[half]);
			this[half] = bigger;
		}
	}

	/* Give back what was kept for events that did not come. */
	trim() {
		for (const column of ["kind", "task", "cpu", "number", "time"])
			this[column] = this[column].subarray(0, this.count);
	}
}

function fromBase64(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function inflate(bytes) {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));

	return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Read all of it. @progress hears the share that is done. Return: the trace; trace.broken says why it ends early. */
async function readTrace(meta, text, progress) {
	const trace = new Trace(meta);
	const lines = text.split("\n").filter((line) => line.length);
	const batch = 32;

	for (let from = 0; from < lines.length && !trace.broken; from += batch) {
		/* many blocks at once: the browser unpacks them beside this thread */
		const blocks = await Promise.all(lines.slice(from, from + batch).map(async (line) => {
			try {
				return await inflate(fromBase64(line));
			} catch {
				return new Uint8Array(0);
			}
		}));
		for (const block of blocks)
			if (!trace.append(block)) {
				trace.broken = "a block of the file is not whole";
				break;
			}
		progress(Math.min(1, (from + batch) / lines.length));
	}
	if (!trace.broken && trace.count < meta.events)
		trace.broken = "the file ends early";
	trace.trim();
	return trace;
}
