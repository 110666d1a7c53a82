// SPDX-License-Identifier: MIT
/*
 * Events in blocks: columns of LEB128 numbers, each the difference to the one before, deflated, as a line
 * of base64. A block can be read without the others. docs/watching.md describes the format, and
 * src/trace/page/decode.js reads it.
 */
#include <errno.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "html.h"

#define LONGEST_NUMBER 10
#define COLUMN_HEADER  4

static int room_for(struct psim_html_bytes *bytes, size_t more)
{
	size_t room = bytes->room ? bytes->room : 4096;
	unsigned char *data;

	if (bytes->length + more <= bytes->room)
		return 0;
	while (room < bytes->length + more)
		room *= 2;
	data = realloc(bytes->data, room);
	if (!data)
		return -ENOMEM;
	bytes->data = data;
	bytes->room = room;
	return 0;
}

/* The caller has made room. */
static void put(struct psim_html_bytes *bytes, unsigned long long n)
{
	for (; n > 0x7f; n >>= 7)
		bytes->data[bytes->length++] = n | 0x80;
	bytes->data[bytes->length++] = n;
}

/* A difference, modulo 2^64, small if it is near 0 from either side */
static void put_signed(struct psim_html_bytes *bytes, unsigned long long n)
{
	put(bytes, n << 1 ^ -(n >> 63));
}

static int begin(struct psim_html *html)
{
	size_t bytes = sizeof(*html->last) * PSIM_TRACE_VALUES * html->kinds;

	if (!html->last)
		html->last = malloc(bytes);
	if (!html->last)
		return -ENOMEM;
	memset(html->last, 0, bytes);
	html->number = html->time = 0;
	return 0;
}

int psim_html_event(struct psim_html *html, const struct psim_trace_event *event, unsigned int task)
{
	struct psim_html_bytes *column = html->column;
	unsigned long long *last;
	int err = html->count ? 0 : begin(html);

	for (int c = 0; !err && c < PSIM_HTML_COLUMNS; c++)
		err = room_for(&column[c], LONGEST_NUMBER * PSIM_TRACE_VALUES);
	if (err)
		return err;
	column[PSIM_HTML_KIND].data[column[PSIM_HTML_KIND].length++] = event->kind;
	put(&column[PSIM_HTML_TASK], task);
	put(&column[PSIM_HTML_CPU], event->cpu + 1);
	put_signed(&column[PSIM_HTML_NUMBER], event->number - html->number);
	put_signed(&column[PSIM_HTML_TIME], event->time - html->time);
	html->number = event->number;
	html->time = event->time;
	last = html->last + PSIM_TRACE_VALUES * event->kind;
	for (unsigned int i = 0; i < html->widths[event->kind]; i++) {
		put_signed(&column[PSIM_HTML_VALUES], event->value[i] - last[i]);
		last[i] = event->value[i];
	}
	return ++html->count == PSIM_HTML_BLOCK ? psim_html_flush(html) : 0;
}

static void put_header(unsigned char *at, unsigned int n)
{
	for (int byte = 0; byte < COLUMN_HEADER; byte++)
		at[byte] = n >> 8 * byte;
}

/* Count and columns, one behind the other, through @stream into @packed */
static int pack(struct psim_html *html, z_stream *stream)
{
	unsigned char header[COLUMN_HEADER];
	size_t whole = COLUMN_HEADER;
	int err;

	for (int c = 0; c < PSIM_HTML_COLUMNS; c++)
		whole += COLUMN_HEADER + html->column[c].length;
	html->packed.length = 0;
	err = room_for(&html->packed, deflateBound(stream, whole) + 64);
	if (err)
		return err;
	stream->next_out = html->packed.data;
	stream->avail_out = html->packed.room;
	for (int c = -1; c < PSIM_HTML_COLUMNS; c++) {
		put_header(header, c < 0 ? html->count : html->column[c].length);
		stream->next_in = header;
		stream->avail_in = sizeof(header);
		deflate(stream, Z_NO_FLUSH);
		stream->next_in = c < 0 ? NULL : html->column[c].data;
		stream->avail_in = c < 0 ? 0 : html->column[c].length;
		deflate(stream, c + 1 < PSIM_HTML_COLUMNS ? Z_NO_FLUSH : Z_FINISH);
	}
	html->packed.length = html->packed.room - stream->avail_out;
	return 0;
}

int psim_html_flush(struct psim_html *html)
{
	z_stream stream = {0};
	int err;

	if (!html->count)
		return 0;
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	err = pack(html, &stream);
	deflateEnd(&stream);
	html->text.length = 0;
	if (!err)
		err = room_for(&html->text, BASE64_ENCODE_RAW_LENGTH(html->packed.length));
	if (err)
		return err;
	base64_encode_raw((char *)html->text.data, html->packed.length, html->packed.data);
	fwrite(html->text.data, BASE64_ENCODE_RAW_LENGTH(html->packed.length), 1, html->out);
	fputc('\n', html->out);
	html->count = 0;
	for (int c = 0; c < PSIM_HTML_COLUMNS; c++)
		html->column[c].length = 0;
	return 0;
}

void psim_html_free(struct psim_html *html)
{
	for (int c = 0; c < PSIM_HTML_COLUMNS; c++)
		free(html->column[c].data);
	free(html->packed.data);
	free(html->text.data);
	free(html->last);
}
