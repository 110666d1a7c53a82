// SPDX-License-Identifier: MIT
/* Kernels over dense arrays of numbers: triad, stencil, matrix multiply, histogram. */
#include <math.h>
#include <string.h>

#include "kernel.h"

/* The @i-th of an array of 8 bytes each that begins at @base. */
#define AT(base, i) ((base) + (uint64_t)(i)*8)

#define MAX_TILE 64

/* An input that needs no second copy: the same from its number each time. */
static double input(uint64_t i)
{
	return (double)(i * 2654435761u % 1000) / 8;
}

static void fill(struct kernel *k, uint64_t base, uint64_t n)
{
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		store_f64(k, AT(base, i), input(base / 8 + i));
	k->who = 1;
}

/* ---- triad ------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option triad_options[] = {
	{"n", "numbers in each of the three arrays", 1 << 18, 1, 1ull << 32},
	{"rounds", "how often", 1, 1, 1e6},
	{0},
};

/* a = b + 3 c */
static int run_triad(struct kernel *k)
{
	uint64_t n = k->values[0], b = AT(0, n), c = AT(b, n), wrong = 0;

	if (kernel_memory(k, 3 * n * 8))
		return -1;
	fill(k, b, 2 * n);
	for (unsigned int round = 0; round < k->values[1]; round++) {
		for (uint64_t i = 0; i < n; i++)
			store_f64(k, AT(0, i), load_f64(k, AT(b, i)) + 3 * load_f64(k, AT(c, i)));
	}
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		wrong += load_f64(k, AT(0, i)) != input(b / 8 + i) + 3 * input(c / 8 + i);
	return wrong ? kernel_wrong(k, "triad: %llu numbers are wrong", (unsigned long long)wrong)
		     : 0;
}
KERNEL(triad, "triad", "a = b + 3 c over three arrays", triad_options);

/* ---- stencil -------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option stencil_options[] = {
	{"n", "rows and columns", 512, 3, 65536},
	{"rounds", "how often", 2, 1, 1e6},
	{0},
};

static void stencil_plain(double *to, const double *from, uint64_t n)
{
	for (uint64_t i = 1; i < n - 1; i++) {
		for (uint64_t j = 1; j < n - 1; j++)
			to[i * n + j] =
				(from[i * n + j] + from[(i - 1) * n + j] + from[(i + 1) * n + j] +
				 from[i * n + j - 1] + from[i * n + j + 1]) /
				5;
	}
}

static void stencil_round(struct kernel *k, uint64_t to, uint64_t from, uint64_t n)
{
	for (uint64_t i = 1; i < n - 1; i++) {
		for (uint64_t j = 1; j < n - 1; j++) {
			double sum = load_f64(k, AT(from, i * n + j));

			sum += load_f64(k, AT(from, (i - 1) * n + j));
			sum += load_f64(k, AT(from, (i + 1) * n + j));
			sum += load_f64(k, AT(from, i * n + j - 1));
			sum += load_f64(k, AT(from, i * n + j + 1));
			store_f64(k, AT(to, i * n + j), sum / 5);
		}
	}
}

/* The mean of a point and its four neighbours, from one field to the other and back; the borders stay. */
static int run_stencil(struct kernel *k)
{
	uint64_t n = k->values[0], fields[2] = {0, AT(0, n * n)}, wrong = 0;
	double *plain[2] = {kernel_scratch(k, n * n, 8), kernel_scratch(k, n * n, 8)};
	unsigned int rounds = k->values[1];

	if (!plain[0] || !plain[1] || kernel_memory(k, 2 * n * n * 8))
		return -1;
	fill(k, 0, 2 * n * n);
	for (unsigned int f = 0; f < 2; f++)
		memcpy(plain[f], k->memory + fields[f], n * n * 8);
	for (unsigned int round = 0; round < rounds; round++)
		stencil_plain(plain[(round + 1) % 2], plain[round % 2], n);
	for (unsigned int round = 0; round < rounds; round++)
		stencil_round(k, fields[(round + 1) % 2], fields[round % 2], n);
	k->who = 0;
	for (uint64_t i = 0; i < n * n; i++)
		wrong += load_f64(k, AT(fields[rounds % 2], i)) != plain[rounds % 2][i];
	return wrong ? kernel_wrong(k, "stencil: %llu points are wrong", (unsigned long long)wrong)
		     : 0;
}
KERNEL(stencil, "stencil", "the mean of each point and its neighbours in two dimensions",
       stencil_options);

/* ---- matrix multiply --------------------------------------------------------------------------------------------- */

static const struct psim_lab_option matmul_options[] = {
	{"n", "rows and columns", 128, 1, 16384},
	{"tile", "rows and columns of what the GPU multiplies at a time", 16, 1, MAX_TILE},
	{0},
};

struct tile {
	double at[MAX_TILE][MAX_TILE];
};

/* Of an n by n matrix at @base the tile that begins at this row and column; the edge cuts it. */
static void load_tile(struct kernel *k, struct tile *tile, uint64_t base, uint64_t row,
		      uint64_t column, uint64_t size)
{
	uint64_t n = k->values[0];

	for (uint64_t i = 0; i < size && row + i < n; i++) {
		for (uint64_t j = 0; j < size && column + j < n; j++)
			tile->at[i][j] = load_f64(k, AT(base, (row + i) * n + column + j));
	}
}

static void store_tile(struct kernel *k, const struct tile *tile, uint64_t base, uint64_t row,
		       uint64_t column, uint64_t size)
{
	uint64_t n = k->values[0];

	for (uint64_t i = 0; i < size && row + i < n; i++) {
		for (uint64_t j = 0; j < size && column + j < n; j++)
			store_f64(k, AT(base, (row + i) * n + column + j), tile->at[i][j]);
	}
}

/* One tile of the product, from a row of tiles of a and a column of tiles of b. */
static void multiply_tile(struct kernel *k, uint64_t row, uint64_t column, uint64_t size)
{
	uint64_t n = k->values[0], b = AT(0, n * n), c = AT(b, n * n);
	struct tile left = {0}, right = {0}, sum = {0};

	for (uint64_t at = 0; at < n; at += size) {
		uint64_t depth = at + size < n ? size : n - at;

		load_tile(k, &left, 0, row, at, size);
		load_tile(k, &right, b, at, column, size);
		for (uint64_t i = 0; i < size; i++) {
			for (uint64_t l = 0; l < depth; l++) {
				for (uint64_t j = 0; j < size; j++)
					sum.at[i][j] += left.at[i][l] * right.at[l][j];
			}
		}
	}
	store_tile(k, &sum, c, row, column, size);
}

/* Tile by tile, as a GPU that keeps two tiles close by. Checked by a vector x: C x has to be A (B x), up to rounding. */
static int run_matmul(struct kernel *k)
{
	uint64_t n = k->values[0], size = k->values[1], b = AT(0, n * n), c = AT(b, n * n);
	double *bx = kernel_scratch(k, n, sizeof(*bx)), worst = 0;

	if (!bx || kernel_memory(k, 3 * n * n * 8))
		return -1;
	fill(k, 0, 2 * n * n);
	for (uint64_t i = 0; i < n; i += size) {
		for (uint64_t j = 0; j < n; j += size)
			multiply_tile(k, i, j, size);
	}
	k->who = 0;
	for (uint64_t i = 0; i < n * n; i++)
		bx[i / n] += input(b / 8 + i) * (i % n % 7);
	for (uint64_t i = 0; i < n; i++) {
		double cx = 0, abx = 0;

		for (uint64_t j = 0; j < n; j++) {
			cx += load_f64(k, AT(c, i * n + j)) * (j % 7);
			abx += input(i * n + j) * bx[j];
		}
		worst = fmax(worst, fabs(cx - abx) / (1 + fabs(abx)));
	}
	return worst > 1e-9 ? kernel_wrong(k, "matmul: off by %g", worst) : 0;
}
KERNEL(matmul, "matmul", "a product of matrices, tile by tile", matmul_options);

/* ---- histogram ------------------------------------------------------------------------------------------------------ */

static const struct psim_lab_option histogram_options[] = {
	{"n", "numbers", 1 << 18, 1, 1ull << 34},
	{"bins", "bins", 1 << 14, 1, 1ull << 32},
	{0},
};

static int run_histogram(struct kernel *k)
{
	uint64_t n = k->values[0], bins = k->values[1], counts = (n * 4 + 7) / 8 * 8, wrong = 0;
	uint32_t *plain = kernel_scratch(k, bins, sizeof(*plain));

	if (!plain || kernel_memory(k, counts + bins * 4))
		return -1;
	k->who = 0;
	for (uint64_t i = 0; i < n; i++) {
		uint32_t number = random_next(&k->random) >> 32;

		store_u32(k, i * 4, number);
		plain[number % bins]++;
	}
	k->who = 1;
	for (uint64_t i = 0; i < bins; i++)
		store_u32(k, counts + i * 4, 0);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = counts + load_u32(k, i * 4) % bins * 4;

		store_u32(k, at, load_u32(k, at) + 1);
	}
	k->who = 0;
	for (uint64_t i = 0; i < bins; i++)
		wrong += load_u32(k, counts + i * 4) != plain[i];
	return wrong ? kernel_wrong(k, "histogram: %llu bins are wrong", (unsigned long long)wrong)
		     : 0;
}
KERNEL(histogram, "histogram", "how many numbers fall into each bin", histogram_options);
