/* SPDX-License-Identifier: MIT */
/*
 * What the timeline and the lanes are: a picture over the axis and, on a canvas above it, the cursor, which the
 * pointer drags. A band shows a window of the axis.
 */

const GUTTER = 116; /* of both, in CSS pixels: names stand there */
const MARGIN = 24; /* to the right: the lanes' scroll bar */

class Band {
	/* @name: of the element; its canvases are NAME-@picture and NAME-cursor */
	constructor(app, name, picture) {
		this.app = app;
		this.element = document.getElementById(name);
		this.canvas = document.getElementById(`${name}-${picture}`);
		this.over = document.getElementById(`${name}-cursor`);
		this.window = [0, 1];
		this.element.addEventListener("pointerdown", (event) => this.press(event));
		this.element.addEventListener("pointermove", (event) => this.drag(event));
		this.element.addEventListener("pointerup", () => (this.held = false));
		new ResizeObserver(() => this.layout()).observe(this.element);
	}

	resize(width, height) {
		this.width = width;
		this.height = height;
		this.scale = window.devicePixelRatio || 1;
		for (const canvas of [this.canvas, this.over]) {
			canvas.width = Math.round(width * this.scale);
			canvas.height = Math.round(height * this.scale);
		}
		this.redraw();
	}

	redraw() {
		this.stale = true;
		this.app.invalidate();
	}

	xOf(share) {
		const [a, b] = this.window;

		return GUTTER + ((share - a) / (b - a)) * (this.width - GUTTER - MARGIN);
	}

	shareAt(x) {
		const [a, b] = this.window;

		return a + ((x - GUTTER) / (this.width - GUTTER - MARGIN)) * (b - a);
	}

	shareOf(event) {
		return this.shareAt(event.clientX - this.element.getBoundingClientRect().left);
	}

	press(event) {
		this.element.setPointerCapture(event.pointerId);
		this.held = true;
		this.app.player.pause();
		this.drag(event);
	}

	drag(event) {
		const [a, b] = this.window;

		if (this.held)
			this.app.seek(this.app.axis.toPosition(Math.max(a, Math.min(b, this.shareOf(event)))));
	}

	draw() {
		if (!this.width)
			return;
		if (this.stale)
			this.drawPicture();
		this.drawCursor();
	}

	/* A canvas's context, in CSS pixels */
	contextOf(canvas) {
		const context = canvas.getContext("2d");

		context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
		return context;
	}
}
