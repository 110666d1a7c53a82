/* SPDX-License-Identifier: MIT */
/*
 * The map: a square for every virtual page of every process. The squares are copied into a frame of
 * bytes, and only those whose place is another than the one on the screen; so a scrub costs what it
 * changes. Rings (chosen page, page of the event) are drawn on a canvas of their own above.
 */

const CELL_SIZES = [64, 52, 44, 36, 30, 26, 22, 18, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3];
/* So that a row begins at a round address */
const COLUMNS = [4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];
const NOT_DRAWN = 255;

class PageMap {
	constructor(app) {
		this.app = app;
		this.scroller = document.getElementById("map");
		this.canvas = document.getElementById("map-cells");
		this.rings = document.getElementById("map-rings");
		this.spacer = document.getElementById("map-height");
		this.context = this.canvas.getContext("2d", { willReadFrequently: true });
		this.ringContext = this.rings.getContext("2d");
		this.wish = 0; /* steps that the user went from the size that fits */
		this.drawn = new Uint8Array(app.places.cells.count).fill(NOT_DRAWN);
		this.scroller.addEventListener("scroll", () => this.redraw());
		this.rings.addEventListener("click", (event) => this.click(event));
		this.rings.addEventListener("mousemove", (event) => this.hover(event));
		this.rings.addEventListener("mouseleave", () => app.hint(null));
		new ResizeObserver(() => this.layout()).observe(this.scroller);
	}

	/* Lay the rows out for one size of a cell (CSS pixels). Return: their height. */
	arrange(size, width) {
		const cells = this.app.places.cells, gutter = this.gutter;
		const columns = COLUMNS.findLast((n) => n * size <= width - gutter) ?? COLUMNS[0];

		const rows = [];
		let y = 6, bottom = 6;
		for (const process of cells.processes) {
			rows.push({ heading: process, y, height: 26 });
			y += 26;
			let previous = null;
			for (const run of process.runs) {
				const gap = previous && Math.floor((run.page - 1) / columns) > Math.floor(previous / columns) + 1;
				if (gap)
					y += Math.min(8, Math.max(4, size / 3));
				for (let page = run.page; page < run.page + run.length;) {
					const start = Math.floor(page / columns) * columns;
					const end = Math.min(start + columns, run.page + run.length);
					const last = rows[rows.length - 1];
					const row = { start, first: run.first + page - run.page, count: end - page, column: page - start,
						      y, height: size };
					if (last.start === start) /* two runs that share a row */
						row.y = last.y;
					else
						y += size;
					rows.push(row);
					page = end;
				}
				previous = run.page + run.length;
			}
			y += 10;
			bottom = y;
		}
		return { size, columns, rows, height: bottom };
	}

	layout() {
		const width = this.scroller.clientWidth, height = this.scroller.clientHeight;

		if (!width || !height)
			return;
		this.gutter = 116;
		/* the largest size at which all is seen; but not so small that nothing is */
		let best = CELL_SIZES.findIndex((size) => this.arrange(size, width).height <= height);
		const least = CELL_SIZES.indexOf(8);
		if (best < 0 || best > least)
			best = least;
		best = Math.max(0, Math.min(CELL_SIZES.length - 1, best - this.wish));
		this.plan = this.arrange(CELL_SIZES[best], width);
		this.scale = window.devicePixelRatio || 1;
		this.pixels = Math.max(1, Math.round(this.plan.size * this.scale));
		for (const canvas of [this.canvas, this.rings]) {
			canvas.width = Math.round(width * this.scale);
			canvas.height = Math.round(height * this.scale);
			canvas.style.width = `${width}px`;
			canvas.style.height = `${height}px`;
		}
		this.spacer.style.height = `${Math.max(0, this.plan.height - height)}px`;
		this.redraw();
	}

	zoom(by) {
		this.wish += by;
		this.layout();
		const size = CELL_SIZES.indexOf(this.plan.size);
		if ((by > 0 && size === 0) || (by < 0 && size === CELL_SIZES.length - 1))
			this.wish -= by;
		this.app.say(`cells of ${this.plan.size} pixels`);
	}

	/* Draw everything again, at the next frame. */
	redraw() {
		this.stale = true;
		this.app.invalidate();
	}

	visibleRows() {
		const top = this.scroller.scrollTop, height = this.scroller.clientHeight, rows = this.plan.rows;
		let low = 0, high = rows.length;

		while (low < high) {
			const middle = (low + high) >>> 1;
			if (rows[middle].y + rows[middle].height <= top)
				low = middle + 1;
			else
				high = middle;
		}
		const first = low;
		while (low < rows.length && rows[low].y < top + height)
			low++;
		return rows.slice(first, low);
	}

	draw() {
		if (!this.plan)
			return;
		if (this.stale)
			this.drawAll();
		else
			this.drawChanged();
		this.drawRings();
	}

	drawAll() {
		const { context, canvas } = this, paint = this.app.paint;

		this.stale = false;
		this.drawn.fill(NOT_DRAWN);
		this.visible = this.visibleRows();
		context.setTransform(1, 0, 0, 1, 0, 0);
		context.fillStyle = paint.paper;
		context.fillRect(0, 0, canvas.width, canvas.height);
		context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
		this.writeLabels(context, paint);
		this.frame = context.getImageData(0, 0, canvas.width, canvas.height);
		this.words = new Uint32Array(this.frame.data.buffer);
		this.drawChanged();
	}

	writeLabels(context, paint) {
		const { size, columns } = this.plan, top = this.scroller.scrollTop;
		/* every row, or, where they are too low, every second, fourth, ... */
		const every = 2 ** Math.max(0, Math.ceil(Math.log2(15 / size)));
		let lastLabel = -100;

		context.textBaseline = "middle";
		for (const row of this.visible) {
			const y = row.y - top + row.height / 2;
			if (row.heading) {
				context.font = `600 14px ${paint.font}`;
				context.textAlign = "left";
				context.fillStyle = paint.ink;
				context.fillText(this.app.processTitle(row.heading.mm), 8, y);
				const after = 20 + context.measureText(this.app.processTitle(row.heading.mm)).width;
				context.font = `13px ${paint.font}`;
				context.fillStyle = paint.faint;
				context.fillText(`${row.heading.count.toLocaleString("en")} pages`, Math.max(this.gutter, after), y);
				lastLabel = -100;
				continue;
			}
			if (y - lastLabel < 14 || (lastLabel > -100 && (row.start / columns) % every && y - lastLabel < 4 * every * size))
				continue;
			context.font = `12px ${paint.mono}`;
			context.textAlign = "right";
			context.fillStyle = paint.faint;
			context.fillText((row.start * 4096).toString(16), this.gutter - 10, y);
			lastLabel = y;
		}
	}

	/* Copy what changed into the frame, and the rectangle around it to the screen. */
	drawChanged() {
		const { words, drawn, pixels } = this, { now } = this.app.places, width = this.canvas.width;
		const top = this.scroller.scrollTop, height = this.canvas.height, inner = pixels >= 6 ? pixels - 1 : pixels;
		let left = width, right = 0, up = height, down = 0;

		for (const row of this.visible) {
			if (row.heading)
				continue;
			const y = Math.round((row.y - top) * this.scale);
			for (let n = 0; n < row.count; n++) {
				const cell = row.first + n, place = now[cell];

				if (drawn[cell] === place)
					continue;
				drawn[cell] = place;
				const x = this.xOf(row.column + n);
				this.blit(words, this.app.paint.sprite(place, inner), x, y, inner, width, height);
				left = Math.min(left, x);
				right = Math.max(right, x + inner);
				up = Math.min(up, y);
				down = Math.max(down, y + inner);
			}
		}
		up = Math.max(0, up);
		down = Math.min(height, down);
		if (right > left && down > up)
			this.context.putImageData(this.frame, 0, 0, left, up, right - left, down - up);
	}

	xOf(column) {
		return Math.round(this.gutter * this.scale) + column * this.pixels;
	}

	blit(words, sprite, x, y, size, width, height) {
		const from = Math.max(0, -y), to = Math.min(size, height - y);

		if (x + size > width)
			return;
		for (let line = from; line < to; line++)
			words.set(sprite.subarray(line * size, (line + 1) * size), (y + line) * width + x);
	}

	/* In device pixels of the canvas; null when it is not on the screen */
	boxOf(cell) {
		const row = this.visible?.find((r) => !r.heading && cell >= r.first && cell < r.first + r.count);

		if (!row)
			return null;
		return { x: this.xOf(row.column + cell - row.first),
			 y: Math.round((row.y - this.scroller.scrollTop) * this.scale),
			 size: this.pixels >= 6 ? this.pixels - 1 : this.pixels };
	}

	drawRings() {
		const { ringContext: context, app } = this;
		const ring = (cell, colour, width, dashed) => {
			const box = this.boxOf(cell);
			if (!box)
				return;
			const out = 1 + width / 2;
			context.setLineDash(dashed ? [4, 3] : []);
			for (const [colours, wider] of [[app.paint.paper, 2], [colour, 0]]) {
				context.strokeStyle = colours;
				context.lineWidth = width + wider;
				context.strokeRect(box.x - out, box.y - out, box.size + 2 * out, box.size + 2 * out);
			}
		};

		context.clearRect(0, 0, this.rings.width, this.rings.height);
		for (const cell of app.touched)
			ring(cell, app.paint.cursor, 2 * this.scale, false);
		if (app.selected >= 0)
			ring(app.selected, app.paint.select, 3 * this.scale, false);
		context.setLineDash([]);
	}

	cellAt(event) {
		const box = this.rings.getBoundingClientRect();
		const x = (event.clientX - box.left) * this.scale, y = event.clientY - box.top + this.scroller.scrollTop;
		const column = Math.floor((x - this.xOf(0)) / this.pixels);

		for (const row of this.visible ?? [])
			if (!row.heading && y >= row.y && y < row.y + row.height && column >= row.column &&
			    column < row.column + row.count)
				return row.first + column - row.column;
		return -1;
	}

	click(event) {
		this.scroller.focus({ preventScroll: true });
		this.app.select(this.cellAt(event));
	}

	hover(event) {
		const cell = this.cellAt(event);

		this.app.hint(cell < 0 ? null : this.app.cellWords(cell), event.clientX, event.clientY);
	}

	rowOf(cell) {
		return this.plan.rows.findIndex((row) => !row.heading && cell >= row.first && cell < row.first + row.count);
	}

	/* While it plays: now and then, to where something happens */
	followPlay() {
		const now = performance.now(), [cell] = this.app.touched;

		if (cell === undefined || now - (this.lastFollowed ?? 0) < 1500)
			return;
		this.lastFollowed = now;
		this.reveal(cell);
	}

	reveal(cell) {
		const row = this.plan?.rows[this.rowOf(cell)], view = this.scroller;

		if (!row)
			return;
		if (row.y < view.scrollTop + 10 || row.y + row.height > view.scrollTop + view.clientHeight - 10)
			view.scrollTop = row.y - view.clientHeight / 2;
	}

	/* The cell that an arrow key leads to from the chosen one */
	neighbour(cell, dx, dy) {
		const last = this.app.places.cells.count - 1, rows = this.plan.rows;

		if (cell < 0)
			return Math.min(0, last);
		if (dx)
			return Math.max(0, Math.min(last, cell + dx));
		const at = this.rowOf(cell), column = rows[at].column + cell - rows[at].first;
		for (let r = at + dy; rows[r]; r += dy)
			if (!rows[r].heading && rows[r].y !== rows[at].y)
				return rows[r].first + Math.max(0, Math.min(rows[r].count - 1, column - rows[r].column));
		return cell;
	}
}
