/* SPDX-License-Identifier: MIT */
/*
 * The lanes: a line for every task, with a bar while it runs and a mark for each of its events. Events
 * of one family have one colour and one height in the lane. Lanes show a window of the axis, which + and
 * - make narrower and wider; a column of the screen costs one look-up a family, whatever the run's length.
 */

const LANE = 22;
const FAMILY_ORDER = ["other", "memory", "copy", "table", "move", "fault"];
/* From and to, as shares of a lane's height: a crowded lane still shows each family */
const FAMILY_BAND = { fault: [0, 0.32], move: [0.32, 0.54], table: [0.54, 0.76], copy: [0.76, 1], memory: [0.86, 1], other: [0.92, 1] };

class Lanes extends Band {
	constructor(app) {
		super(app, "lanes", "marks");
		this.room = document.getElementById("lanes-height");
		this.index();
		this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
		this.element.addEventListener("scroll", () => this.redraw());
	}

	/* Lists of events by lane and family, and of the spans in which a lane runs */
	index() {
		const { trace } = this.app, kinds = trace.kinds.map((kind) => FAMILY_ORDER.indexOf(familyOf(kind)));
		const families = FAMILY_ORDER.length;
		const first = new Map();

		/* a task may have had several names: one lane a number */
		const laneOfTask = this.laneOfTask = trace.tasks.map((task) => {
			if (!first.has(task.number))
				first.set(task.number, { number: task.number, name: task.name, device: false });
			return first.get(task.number);
		});
		this.lanes = [...first.values()].sort((a, b) => a.number - b.number);
		this.lanes.forEach((lane, n) => (lane.index = n));
		const lists = new Lists(this.lanes.length * families);
		const key = (i) => laneOfTask[trace.task[i]].index * families + kinds[trace.kind[i]];
		for (let i = 0; i < trace.count; i++)
			lists.count(key(i));
		lists.allot();
		for (let i = 0; i < trace.count; i++)
			lists.put(key(i), i);
		this.lists = lists;
		this.spans(laneOfTask);
		this.waits(laneOfTask);
	}

	/* From the switches: when each lane ran, as [from, to, from, to, ...] in positions */
	spans(laneOfTask) {
		const { trace } = this.app, kind = trace.byName.get("sched_switch");
		const byNumber = new Map(this.lanes.map((lane) => [lane.number, lane]));
		let running = null, since = 0;

		for (const lane of this.lanes)
			lane.spans = new Growing(Uint32Array);
		const end = (lane, from, to) => {
			if (lane && to > from) {
				lane.spans.push(from);
				lane.spans.push(to);
			}
		};
		for (let i = 0; i < trace.count; i++) {
			if (trace.cpu[i] < 0)
				laneOfTask[trace.task[i]].device = true;
			if (kind === undefined || trace.kind[i] !== kind)
				continue;
			end(running ?? byNumber.get(trace.value(i, 0)), since, i + 1);
			running = byNumber.get(trace.value(i, 1)) ?? null;
			since = i + 1;
		}
		if (kind !== undefined)
			end(running, since, trace.count);
		for (const lane of this.lanes) {
			lane.spans = lane.spans.done();
			lane.device = lane.device && !/irq|main/.test(lane.name);
		}
	}

	/* When each lane said that it waits: for a lock, a fence, a task */
	waits(laneOfTask) {
		const { trace } = this.app, step = new Map();

		for (const name of ["contention", "wait", "dma_fence_wait"])
			for (const [end, by] of [["begin", 1], ["start", 1], ["end", -1]])
				step.set(trace.byName.get(`${name}_${end}`), by);
		for (const lane of this.lanes)
			Object.assign(lane, { waits: new Growing(Uint32Array), deep: 0, since: 0 });
		for (let i = 0; i < trace.count; i++) {
			const by = step.get(trace.kind[i]), lane = laneOfTask[trace.task[i]];

			if (by > 0 && !lane.deep++)
				lane.since = i + 1;
			if (by < 0 && lane.deep && !--lane.deep)
				lane.waits.push(lane.since), lane.waits.push(i + 1);
		}
		for (const lane of this.lanes) {
			if (lane.deep)
				lane.waits.push(lane.since), lane.waits.push(trace.count);
			lane.waits = lane.waits.done();
		}
	}

	layout() {
		/* as wide as the timeline, whose axis is the same */
		this.resize(this.element.offsetWidth, this.element.clientHeight);
		for (const canvas of [this.canvas, this.over]) {
			canvas.style.width = `${this.width}px`;
			canvas.style.height = `${this.height}px`;
		}
		this.room.style.height = `${Math.max(0, this.lanes.length * LANE + 6 - this.height)}px`;
	}

	isZoomed() {
		return this.window[1] - this.window[0] < 0.9999;
	}

	/* @about: the share of the axis that stays where it is */
	zoom(factor, about = this.app.axis.toShare(this.app.position)) {
		const [a, b] = this.window, least = Math.min(1, 12 / Math.max(12, this.app.trace.count));
		const wide = Math.max(least, Math.min(1, (b - a) * factor));
		const held = Math.max(a, Math.min(b, about));
		const from = Math.max(0, Math.min(1 - wide, held - ((held - a) / (b - a)) * wide));

		this.window = [from, from + wide];
		this.redraw();
		this.app.say(wide > 0.9999 ? "the lanes show the whole run" :
			`the lanes show ${(wide * 100).toPrecision(2)} percent of the run`);
	}

	/* Scroll to the lane of an event. */
	reveal(i) {
		const y = this.laneOfTask[this.app.trace.task[i]].index * LANE, top = this.element.scrollTop;

		if (y < top || y + LANE > top + this.height)
			this.element.scrollTop = y - this.height / 2;
	}

	/* Move the window so that the position is in it. */
	follow() {
		const share = this.app.axis.toShare(this.app.position), [a, b] = this.window, wide = b - a;

		if (share >= a && share <= b)
			return;
		const from = Math.max(0, Math.min(1 - wide, share - wide * 0.2));
		this.window = [from, from + wide];
		this.redraw();
	}

	wheel(event) {
		if (!event.ctrlKey && !event.altKey && this.lanes.length * LANE > this.height && !event.shiftKey)
			return; /* it scrolls */
		event.preventDefault();
		this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.shareOf(event));
	}

	drawPicture() {
		const { app, width, height } = this, paint = app.paint, context = this.contextOf(this.canvas);
		const top = this.element.scrollTop;

		this.stale = false;
		context.fillStyle = paint.paper;
		context.fillRect(0, 0, width, height);
		for (const lane of this.lanes) {
			const y = 3 + lane.index * LANE - top;

			if (y + LANE < 0 || y > height)
				continue;
			context.fillStyle = paint.panel;
			if (lane.index % 2 === 0)
				context.fillRect(0, y, width, LANE);
			this.drawName(context, lane, y);
			context.save();
			context.beginPath();
			context.rect(GUTTER, y, width - GUTTER - MARGIN, LANE);
			context.clip();
			context.fillStyle = paint.faint;
			this.drawSpans(context, lane.waits, y + LANE / 2, 1.5);
			context.fillStyle = paint.line;
			this.drawSpans(context, lane.spans, y + 4, LANE - 8);
			FAMILY_ORDER.forEach((family, f) => this.drawMarks(context, lane, f, y));
			context.restore();
		}
	}

	drawName(context, lane, y) {
		const paint = this.app.paint;
		let name = lane.name;

		context.font = `${lane.device ? "italic " : ""}13px ${paint.font}`;
		context.fillStyle = paint.ink;
		context.textAlign = "right";
		context.textBaseline = "middle";
		const text = () => `${name}${name === lane.name ? "" : "…"}/${lane.number}`;
		while (name.length > 1 && context.measureText(text()).width > GUTTER - 20)
			name = name.slice(0, -1);
		context.fillText(text(), GUTTER - 8, y + LANE / 2);
	}

	/* Where the lane runs, a bar; where it waits, a line. Spans within one pixel are drawn once. */
	drawSpans(context, spans, y, height) {
		const { axis } = this.app, [a, b] = this.window;
		const from = axis.toPosition(a);
		let low = 0, high = spans.length / 2, drawnTo = -1;

		while (low < high) {
			const middle = (low + high) >>> 1;
			if (spans[2 * middle + 1] < from)
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < spans.length / 2; low++) {
			const share = axis.toShare(spans[2 * low]);
			if (share > b)
				break;
			const x = this.xOf(share), to = Math.max(x + 1, this.xOf(axis.toShare(spans[2 * low + 1])));
			if (to <= drawnTo + 0.5)
				continue;
			context.fillRect(Math.max(x, drawnTo), y, to - Math.max(x, drawnTo), height);
			drawnTo = to;
		}
	}

	/* A mark in every column of the screen in which the lane has an event of the family */
	drawMarks(context, lane, f, y) {
		const { axis, paint } = this.app, events = this.lists.of(lane.index * FAMILY_ORDER.length + f);

		if (!events.length)
			return;
		const [from, to] = FAMILY_BAND[FAMILY_ORDER[f]], height = LANE - 4;
		const right = this.width - MARGIN;
		let n = Trace.above(events, axis.toPosition(this.window[0]) - 2);

		context.fillStyle = paint.marks[FAMILY_ORDER[f]];
		while (n < events.length) {
			const x = Math.floor(this.xOf(axis.toShare(events[n] + 1)));
			if (x > right)
				break;
			context.fillRect(x, y + 2 + from * height, this.wideMarks() ? 3 : 1.5, (to - from) * height);
			/* the next event that falls into another column */
			const next = axis.toPosition(this.shareAt(x + 1));
			n = Math.max(n + 1, Trace.above(events, next - 1));
		}
	}

	wideMarks() {
		return (this.app.trace.count * (this.window[1] - this.window[0])) / this.width < 0.25;
	}

	drawCursor() {
		const { app, width, height } = this, context = this.contextOf(this.over);
		const x = this.xOf(app.axis.toShare(app.position));

		context.clearRect(0, 0, width, height);
		if (app.position)
			this.drawWho(context, this.laneOfTask[app.trace.task[app.position - 1]]);
		if (x < GUTTER - 1 || x > width - MARGIN + 1)
			return;
		context.fillStyle = app.paint.paper;
		context.fillRect(x - 2.5, 0, 5, height);
		context.fillStyle = app.paint.cursor;
		context.fillRect(x - 1.5, 0, 3, height);
	}

	/* An arrow at the lane whose event is the newest */
	drawWho(context, lane) {
		const y = 3 + lane.index * LANE - this.element.scrollTop + LANE / 2;

		context.fillStyle = this.app.paint.cursor;
		context.beginPath();
		context.moveTo(2, y - 6);
		context.lineTo(9, y);
		context.lineTo(2, y + 6);
		context.fill();
	}
}
