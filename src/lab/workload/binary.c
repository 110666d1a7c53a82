// SPDX-License-Identifier: MIT
/* Traces in the binary form: binary.h. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "workload.h"

#define BUFFER (256u << 10)

struct binary {
	struct source source;
	struct psim_lab_access last;
	size_t at, end; /* in the buffer */
	unsigned char buffer[BUFFER + BINARY_RECORD];
};

static const unsigned char step_bytes[8] = {0, 1, 2, 4, 8};
static const unsigned char size_of[8] = {0, 1, 2, 4, 8, 16, 32, 0};

/* ---- writing ----------------------------------------------------------------------------------------------- */

static unsigned int put_number(unsigned char *out, uint64_t number, unsigned int bytes)
{
	number = htole64(number);
	memcpy(out, &number, bytes);
	return bytes;
}

static unsigned int step_code(int64_t step, const struct psim_lab_access *last)
{
	if (step == last->bytes)
		return 0;
	if (step == (int8_t)step)
		return 1;
	if (step == (int16_t)step)
		return 2;
	return step == (int32_t)step ? 3 : 4;
}

static unsigned int size_code(unsigned int bytes, unsigned int last)
{
	unsigned int code = 1;

	if (bytes == last)
		return 0;
	while (code < 7 && size_of[code] != bytes)
		code++;
	return code;
}

unsigned int lab_binary_put(unsigned char *out, const struct psim_lab_access *access,
			    struct psim_lab_access *last)
{
	int64_t step = access->address - last->address;
	unsigned int steps = step_code(step, last), size = size_code(access->bytes, last->bytes);
	bool who = access->who != last->who || access->stream != last->stream;
	unsigned int n = 1;

	if (access->flags & PSIM_LAB_WAIT)
		*out++ = BINARY_WAIT;
	out[0] = steps << 5 | who << 4 | size << 1 | (access->flags & PSIM_LAB_WRITE);
	if (who) {
		n += put_number(out + n, access->who, 1);
		n += put_number(out + n, access->stream, 2);
	}
	if (size == 7)
		n += put_number(out + n, access->bytes, 2);
	n += put_number(out + n, step, step_bytes[steps]);
	*last = *access;
	return n + !!(access->flags & PSIM_LAB_WAIT);
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

static void wrong(const struct binary *b, const char *what, char *error, size_t length)
{
	snprintf(error, length, "%s: byte %llu: %s", b->source.path, b->source.offset + b->at,
		 what);
}

static void *binary_open(const double *values, const char *file, unsigned long long seed,
			 char *error, size_t length)
{
	struct binary *b = malloc(sizeof(*b));
	unsigned char header[BINARY_HEADER];

	(void)values, (void)seed;
	if (!b)
		return NULL;
	memset(b, 0, offsetof(struct binary, buffer));
	if (source_open(&b->source, file, error, length)) {
		free(b);
		return NULL;
	}
	if (gzread(b->source.file, header, sizeof(header)) == sizeof(header) &&
	    !memcmp(header, BINARY_MAGIC, sizeof(header))) {
		b->source.offset = BINARY_HEADER;
		return b;
	}
	wrong(b, "\"PSIMTRC\", version 1 and eight zeros expected", error, length);
	source_close(&b->source);
	free(b);
	return NULL;
}

static void binary_close(void *state)
{
	source_close(&((struct binary *)state)->source);
	free(state);
}

/* Have a whole record in the buffer, or all that is left. */
static void refill(struct binary *b)
{
	size_t left = b->end - b->at;
	int got;

	memmove(b->buffer, b->buffer + b->at, left);
	b->source.offset += b->at;
	b->at = 0;
	got = gzread(b->source.file, b->buffer + left, BUFFER - left);
	b->end = left + (got > 0 ? got : 0);
	/* what lies behind the end reads as zeros */
	memset(b->buffer + b->end, 0, BINARY_RECORD);
}

static inline uint64_t get_number(const unsigned char *at, unsigned int bytes)
{
	uint64_t number = 0;

	memcpy(&number, at, bytes);
	return le64toh(number);
}

static inline int64_t get_step(const unsigned char *at, unsigned int code)
{
	switch (code) {
	case 1:
		return (int8_t)*at;
	case 2:
		return (int16_t)get_number(at, 2);
	case 3:
		return (int32_t)get_number(at, 4);
	default:
		return get_number(at, 8);
	}
}

/* Return: what is wrong with the record, or NULL. It may reach beyond the end. */
static inline const char *take(struct binary *b, struct psim_lab_access *access)
{
	const unsigned char *at = b->buffer + b->at;
	unsigned int head = *at++, size, step, wait = 0;

	if (__builtin_expect(head == BINARY_WAIT, 0)) {
		wait = PSIM_LAB_WAIT;
		head = *at++;
	}
	size = head >> 1 & 7;
	step = head >> 5;
	*access = b->last;
	access->flags = (head & PSIM_LAB_WRITE) | wait;
	if (head & 16) {
		access->who = at[0];
		access->stream = get_number(at + 1, 2);
		at += 3;
		if (access->who > LAB_MAX_GPUS)
			return "one of 0 (the CPU) to 8 expected for who";
	}
	if (size == 7) {
		access->bytes = get_number(at, 2);
		at += 2;
	} else if (size) {
		access->bytes = size_of[size];
	}
	if (!access->bytes)
		return "a size of 1 to 65535 expected";
	if (step > 4)
		return "a step code of 0 to 4 expected in bits 5 to 7";
	access->address += step ? (uint64_t)get_step(at, step) : b->last.bytes;
	at += step_bytes[step];
	if (access->address + access->bytes < access->address)
		return "an access that ends within 64 bits expected";
	b->last = *access;
	b->at = at - b->buffer;
	return NULL;
}

static long binary_next(void *state, struct psim_lab_access *list, size_t max, char *error,
			size_t length)
{
	struct binary *b = state;
	size_t n = 0;

	while (n < max) {
		const char *what;
		size_t begin;

		if (b->end - b->at < BINARY_RECORD) {
			refill(b);
			if (b->at == b->end && source_broken(&b->source, error, length))
				return -1;
			if (b->at == b->end)
				break;
		}
		begin = b->at;
		what = take(b, &list[n]);
		if (!what && b->at > b->end) {
			b->at = begin;
			what = "the rest of a record expected, found the end";
		}
		if (what) {
			wrong(b, what, error, length);
			return -1;
		}
		n++;
	}
	return n;
}

const struct psim_lab_workload lab_workload_binary = {
	.version = PSIM_LAB_VERSION,
	.name = "binary",
	.about = "a trace in psim's binary form",
	.open = binary_open,
	.next = binary_next,
	.close = binary_close,
};
