/* SPDX-License-Identifier: MIT */
/*
 * How a place looks: colour, pattern and letter. The colours (page.css) stay apart for every kind of
 * colour blindness; the pattern and the letter say the same once more. Sprites are drawn once a size and
 * theme; the map only copies their bytes.
 */

/* Of GPU 1, 2, 3, ...; then again from the first, with another digit */
const GPU_PATTERNS = ["corner", "rows", "columns", "dots"];

class Paint {
	constructor() {
		this.sprites = new Map();
		this.read();
	}

	/* Take the colours from the style sheet, as the theme has them now. */
	read() {
		const style = getComputedStyle(document.documentElement);
		const get = (name) => style.getPropertyValue(`--${name}`).trim();

		this.sprites.clear();
		this.ink = get("ink");
		this.faint = get("faint");
		this.paper = get("paper");
		this.panel = get("panel");
		this.line = get("line");
		this.cursor = get("cursor");
		this.select = get("select");
		this.colours = { none: get("none"), ram: get("ram"), swap: get("swap"), poison: get("poison") };
		this.gpus = [1, 2, 3, 4].map((n) => get(`gpu${n}`));
		this.marks = Object.fromEntries(["fault", "table", "move", "copy", "memory", "other"]
			.map((name) => [name, get(`mark-${name}`)]));
		this.font = getComputedStyle(document.body).fontFamily;
		this.mono = get("mono");
	}

	/* One flat colour: for charts, and for cells too small for more */
	colour(place) {
		const gpu = placeGpu(place);

		if (gpu)
			return this.gpus[(gpu - 1) % this.gpus.length];
		switch (place) {
		case Place.RAM:
		case Place.MOVING: return this.colours.ram;
		case Place.SWAP: return this.colours.swap;
		case Place.POISON: return this.colours.poison;
		case Place.NONE:
		case Place.MARKER: return this.colours.none;
		default: return this.paper;
		}
	}

	letter(place) {
		const gpu = placeGpu(place);

		switch (placeBase(place)) {
		case Place.RAM: return "R";
		case Place.SWAP: return "S";
		case Place.POISON: return "!";
		case Place.MARKER: return "#";
		case Place.MOVING:
		case Place.MOVING_GPU: return "M";
		case Place.GPU: return String(gpu);
		case Place.EXCLUSIVE: return "X";
		default: return "";
		}
	}

	/* Black or white, whichever is easier to read on a colour like #0072b2 */
	static over(colour) {
		const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);

		return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2 > 0.3 ? "#000000" : "#ffffff";
	}

	/* Draw a place into a square; @size in the context's own units */
	draw(context, place, x, y, size) {
		const base = placeBase(place), colour = this.colour(place);

		context.save();
		context.beginPath();
		context.rect(x, y, size, size);
		context.clip();
		context.translate(x, y);
		if (base === Place.UNMAPPED) {
			context.fillStyle = this.paper;
			context.fillRect(0, 0, size, size);
			if (size >= 6) {
				context.strokeStyle = this.line;
				context.strokeRect(0.5, 0.5, size - 1, size - 1);
			}
		} else {
			context.fillStyle = colour;
			context.fillRect(0, 0, size, size);
			if (size >= 6)
				this.pattern(context, place, size, Paint.over(colour));
			if (size >= 14)
				this.write(context, place, size, Paint.over(colour));
		}
		context.restore();
	}

	pattern(context, place, size, ink) {
		const base = placeBase(place), gpu = placeGpu(place), unit = Math.max(1, size / 12);

		context.fillStyle = ink;
		context.strokeStyle = ink;
		if (base === Place.NONE) {
			context.globalAlpha = 0.45;
			context.beginPath();
			context.arc(size / 2, size / 2, unit, 0, 7);
			context.fill();
		} else if (base === Place.MOVING || base === Place.MOVING_GPU) {
			context.globalAlpha = 0.75;
			context.lineWidth = size / 7;
			context.beginPath();
			for (let at = -size; at < size; at += size / 2.5) {
				context.moveTo(at, size);
				context.lineTo(at + size, 0);
			}
			context.stroke();
		} else if (base === Place.GPU) {
			context.globalAlpha = 0.3;
			this.gpuPattern(context, GPU_PATTERNS[(gpu - 1) % GPU_PATTERNS.length], size, unit);
		} else if (base === Place.EXCLUSIVE) {
			context.lineWidth = 2 * unit;
			context.strokeRect(unit, unit, size - 2 * unit, size - 2 * unit);
		} else if (base === Place.SWAP || base === Place.MARKER) {
			context.globalAlpha = 0.5;
			context.lineWidth = unit;
			context.beginPath();
			context.moveTo(0, 0);
			context.lineTo(size, size);
			context.moveTo(size, 0);
			context.lineTo(0, size);
			context.stroke();
		}
		context.globalAlpha = 1;
	}

	gpuPattern(context, name, size, unit) {
		if (name === "corner") {
			context.beginPath();
			context.moveTo(size, size * 0.45);
			context.lineTo(size, size);
			context.lineTo(size * 0.45, size);
			context.fill();
		} else if (name === "dots") {
			for (const [x, y] of [[0.2, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.8]]) {
				context.beginPath();
				context.arc(x * size, y * size, 1.3 * unit, 0, 7);
				context.fill();
			}
		} else {
			for (const at of [0.12, 0.88]) {
				const from = Math.round(at * size - unit / 2);
				if (name === "rows")
					context.fillRect(0, from, size, Math.round(unit));
				else
					context.fillRect(from, 0, Math.round(unit), size);
			}
		}
	}

	write(context, place, size, ink) {
		const letter = this.letter(place), moving = letter === "M";

		context.font = `700 ${Math.round(size * 0.56)}px ${this.font}`;
		context.textAlign = "center";
		context.textBaseline = "middle";
		if (moving) {
			/* on a plate of its own: stripes eat letters */
			context.fillStyle = ink;
			context.beginPath();
			context.arc(size / 2, size / 2, size * 0.34, 0, 7);
			context.fill();
		}
		context.fillStyle = moving ? this.colour(place) : ink;
		if (moving)
			context.font = `700 ${Math.round(size * 0.46)}px ${this.font}`;
		context.fillText(letter, size / 2, size * 0.53);
	}

	/* The bytes of a square of @size device pixels, one number a pixel */
	sprite(place, size) {
		const key = place * 256 + size;
		let pixels = this.sprites.get(key);

		if (!pixels) {
			const canvas = new OffscreenCanvas(size, size);
			const context = canvas.getContext("2d", { willReadFrequently: true });

			this.draw(context, place, 0, 0, size);
			pixels = new Uint32Array(context.getImageData(0, 0, size, size).data.buffer);
			this.sprites.set(key, pixels);
		}
		return pixels;
	}
}
