/* SPDX-License-Identifier: MIT */
/*
 * The timeline: the axis (by events or by virtual time), the chart of where the pages are over the whole
 * run, its slider, and the player. A position is how many events have happened.
 */

/* The axis maps positions to 0..1 and back. */
class Axis {
	constructor(trace) {
		this.trace = trace;
		this.byTime = false;
		this.from = trace.count ? trace.time[0] : 0;
		this.span = trace.count ? Math.max(1, trace.time[trace.count - 1] - this.from) : 1;
	}

	toShare(position) {
		if (!this.byTime)
			return this.trace.count ? position / this.trace.count : 0;
		return position ? (this.trace.time[position - 1] - this.from) / this.span : 0;
	}

	/* Every event up to there has happened. */
	toPosition(share) {
		const inside = Math.max(0, Math.min(1, share));

		if (!this.byTime)
			return Math.round(inside * this.trace.count);
		return inside === 0 ? 0 : Trace.above(this.trace.time, this.from + inside * this.span, this.trace.count);
	}
}

class Timeline extends Band {
	constructor(app) {
		super(app, "timeline", "chart");
	}

	layout() {
		this.resize(this.element.clientWidth, this.element.clientHeight);
	}

	/* Pages by place, one above the other */
	drawPicture() {
		const { app, width, height } = this, paint = app.paint, context = this.contextOf(this.canvas);
		const steps = Math.max(2, Math.min(1600, Math.round(width - GUTTER - MARGIN)));
		const positions = Array.from({ length: steps + 1 }, (_, n) => app.axis.toPosition(n / steps));
		const counts = app.places.counts(positions), base = height - 8, top = 8;
		const sums = new Float64Array(steps + 1);
		for (const line of counts.values())
			line.forEach((count, n) => (sums[n] += count));
		const most = Math.max(1, sums.reduce((a, b) => Math.max(a, b), 0));

		this.stale = false;
		context.clearRect(0, 0, width, height);
		context.fillStyle = paint.paper;
		context.fillRect(GUTTER, top, width - GUTTER - MARGIN, base - top);
		const below = new Float64Array(steps + 1);
		for (const [home, line] of counts) {
			const y = (n, sum) => base - (sum / most) * (base - top - 2);
			context.beginPath();
			context.moveTo(this.xOf(0), y(0, below[0]));
			for (let n = 0; n <= steps; n++) {
				context.lineTo(this.xOf(n / steps), y(n, below[n] + line[n]));
				if (n < steps)
					context.lineTo(this.xOf((n + 1) / steps), y(n, below[n] + line[n]));
			}
			for (let n = steps; n >= 0; n--) {
				if (n < steps)
					context.lineTo(this.xOf((n + 1) / steps), y(n, below[n]));
				context.lineTo(this.xOf(n / steps), y(n, below[n]));
			}
			context.fillStyle = paint.colour(home);
			context.fill();
			this.hatch(context, home);
			line.forEach((count, n) => (below[n] += count));
		}
		context.strokeStyle = paint.line;
		context.strokeRect(GUTTER + 0.5, top + 0.5, width - GUTTER - MARGIN - 1, base - top - 1);
		context.fillStyle = paint.faint;
		context.font = `12px ${paint.font}`;
		context.textAlign = "right";
		context.textBaseline = "top";
		context.fillText(most.toLocaleString("en"), GUTTER - 8, top);
		context.textBaseline = "bottom";
		context.fillText("0 pages", GUTTER - 8, base);
		context.textBaseline = "middle";
		context.fillText("in all", GUTTER - 8, (top + base) / 2);
	}

	/* The second cue beside the colour: GPUs carry hatching in the chart, RAM none. */
	hatch(context, home) {
		const gpu = placeGpu(home);

		if (!gpu)
			return;
		context.save();
		context.clip();
		context.strokeStyle = Paint.over(this.app.paint.colour(home));
		context.globalAlpha = 0.3;
		context.lineWidth = 1;
		context.beginPath();
		for (let x = GUTTER - this.height; x < this.width; x += 9) {
			context.moveTo(x, this.height);
			if (gpu % 4 === 1)
				context.lineTo(x + this.height, 0);
			else if (gpu % 4 === 3)
				context.lineTo(x, 0);
			else
				context.lineTo(x - this.height, 0);
		}
		context.stroke();
		context.restore();
	}

	drawCursor() {
		const { app, width, height } = this, context = this.contextOf(this.over), paint = app.paint;
		const x = this.xOf(app.axis.toShare(app.position));

		context.clearRect(0, 0, width, height);
		if (app.lanes.isZoomed()) {
			const [a, b] = app.lanes.window.map((share) => this.xOf(share));
			context.fillStyle = paint.ink;
			context.globalAlpha = 0.12;
			context.fillRect(GUTTER, 8, a - GUTTER, height - 16);
			context.fillRect(b, 8, width - MARGIN - b, height - 16);
			context.globalAlpha = 1;
			context.strokeStyle = paint.ink;
			context.lineWidth = 1.5;
			context.strokeRect(a, 8, Math.max(2, b - a), height - 16);
		}
		context.fillStyle = paint.paper;
		context.fillRect(x - 2.5, 2, 5, height - 4);
		context.fillStyle = paint.cursor;
		context.fillRect(x - 1.5, 2, 3, height - 4);
		context.beginPath();
		context.moveTo(x - 7, 0);
		context.lineTo(x + 7, 0);
		context.lineTo(x, 10);
		context.fill();
	}
}

/* At speed 1 the whole run takes this long */
const WHOLE_RUN_MS = 30000;
const SPEEDS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];

class Player {
	constructor(app) {
		this.app = app;
		this.playing = false;
		this.speed = SPEEDS.indexOf(1);
		/* a short run would crawl: at least so many events a second */
		this.length = Math.min(WHOLE_RUN_MS, Math.max(4000, app.trace.count * 100));
	}

	toggle() {
		if (this.playing)
			this.pause();
		else
			this.play();
	}

	play() {
		if (this.app.position >= this.app.trace.count)
			this.app.seek(0);
		this.playing = true;
		this.share = this.app.axis.toShare(this.app.position);
		this.last = performance.now();
		this.app.playingChanged();
		requestAnimationFrame((now) => this.tick(now));
	}

	pause() {
		if (!this.playing)
			return;
		this.playing = false;
		this.app.playingChanged();
	}

	faster(by) {
		this.speed = Math.max(0, Math.min(SPEEDS.length - 1, this.speed + by));
		this.app.playingChanged();
	}

	get speedText() {
		const speed = SPEEDS[this.speed];

		return speed < 1 ? `1/${1 / speed}` : String(speed);
	}

	tick(now) {
		if (!this.playing)
			return;
		this.share += (Math.max(0, now - this.last) / this.length) * SPEEDS[this.speed];
		this.last = now;
		this.app.seek(this.app.axis.toPosition(this.share));
		this.app.map.followPlay();
		if (this.share >= 1)
			this.pause();
		else
			requestAnimationFrame((then) => this.tick(then));
	}
}
