// SPDX-License-Identifier: MIT
/* psim explain: the story on the terminal, a chapter at a time. */
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "explain.h"
#include "show.h"

#define WIDTH  92
#define INDENT 13

/* ---- waiting for the reader ------------------------------------------------------------------------------ */

/* Any key on a terminal, a line elsewhere. Return: it; EOF. */
static int get_key(void)
{
	struct termios before, raw;
	int key;

	fflush(stdout);
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before)) {
		key = getchar();
		for (int rest = key; rest != '\n' && rest != EOF; rest = getchar())
			;
		return key;
	}
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	key = getchar();
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return key;
}

static void wait_for_reader(struct teller *teller)
{
	int key;

	if (!teller->step)
		return;
	printf("  -- a key goes on, q ends --");
	key = get_key();
	printf("\r%*s\r", 29, "");
	if (key == EOF)
		teller->step = 0; /* nobody is there */
	if (key == 'q')
		teller->quit = 1;
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

/* Words from column @column on, to WIDTH. Return: the column after the last. */
static unsigned int put_words(const char *text, unsigned int column)
{
	while (*text) {
		unsigned int length = strcspn(text, " ");

		if (column > INDENT && column + 1 + length > WIDTH) {
			printf("\n%*s", INDENT, "");
			column = INDENT;
		} else if (column > INDENT) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	return column;
}

static void put_paragraph(const struct paragraph *paragraph)
{
	const struct rule *rule = &rules[paragraph->step];
	unsigned int column;
	char numbers[80];

	printf("   %-*s", INDENT - 3, rule->name);
	column = put_words(paragraph->text, INDENT);
	if (rule->numbers[0]) {
		snprintf(numbers, sizeof(numbers), "[%s]", rule->numbers);
		if (column + 1 + strlen(numbers) > WIDTH)
			printf("\n%*s", INDENT - 1, "");
		printf(" %s%s%s", paint(stdout, PAINT_GOOD), numbers, paint(stdout, PAINT_OFF));
	}
	putchar('\n');
}

/* Lines of a picture, the first behind a label. */
static void put_picture(const char *label, const char *lines)
{
	while (lines && *lines) {
		unsigned int length = strcspn(lines, "\n");

		printf("   %-*s%.*s\n", INDENT - 3, label, (int)length, lines);
		lines += length + (lines[length] == '\n');
		label = "";
	}
}

static void put_title(const struct chapter *chapter, size_t nr)
{
	printf("\n%s%zu. %s%s   (task %u, at %llu.%03llu us)\n", paint(stdout, PAINT_STRONG), nr,
	       chapter->title, paint(stdout, PAINT_OFF), chapter->task, chapter->begin / 1000,
	       chapter->begin % 1000);
}

static void ask(struct teller *teller, enum story_step step)
{
	if (teller->quiz && !teller->quit && quiz_ask(teller->quiz, step))
		teller->quit = 1;
}

static void put_chapter(const struct chapter *chapter, size_t nr, struct teller *teller)
{
	if (chapter->nr_paragraphs)
		ask(teller, chapter->paragraphs[0].step);
	if (teller->quit)
		return;
	put_title(chapter, nr);
	for (unsigned int i = 0; i < chapter->nr_paragraphs && !teller->quit; i++) {
		if (i)
			ask(teller, chapter->paragraphs[i].step);
		if (!teller->quit)
			put_paragraph(&chapter->paragraphs[i]);
	}
	put_picture("before", chapter->before);
	put_picture("after", chapter->after);
	for (unsigned int i = 0; i < chapter->nr_counts; i++)
		printf("   %-*s%s\n", INDENT - 3, i ? "" : "counts", chapter->counts[i]);
	if (chapter->locks) {
		printf("   %-*s", INDENT - 3, "locks");
		put_words(chapter->locks, put_words("held at \"hand over\":", INDENT));
		putchar('\n');
	}
	if (!teller->quit)
		wait_for_reader(teller);
}

static void put_again(const struct story *story, const struct cycle *cycle)
{
	char *addresses = cycle_addresses(story, cycle);
	size_t more = cycle->times - 1;
	char *text;

	if (cycle->length == 1)
		text = text_of("%zu more time%s like chapter %zu, up to chapter %zu", more,
			       more == 1 ? "" : "s", cycle->first + 1, cycle->first + cycle->times);
	else
		text = text_of("%zu more time%s like chapters %zu to %zu, up to chapter %zu", more,
			       more == 1 ? "" : "s", cycle->first + 1, cycle->first + cycle->length,
			       cycle->first + cycle->length * cycle->times);
	printf("\n   %-*s", INDENT - 3, "again");
	put_words(text, INDENT);
	if (addresses[0]) {
		free(text);
		text = text_of("all of them at %s", addresses);
		printf("\n%*s", INDENT, "");
		put_words(text, INDENT);
	}
	putchar('\n');
	free(text);
	free(addresses);
}

void show_story(const struct story *story, struct teller *teller)
{
	struct cycle cycle;

	printf("\nSlots are drawn as  . empty  0 zero page  R in RAM  D in device memory (d: "
	       "read-only)  w on its way\n");
	for (size_t i = 0; i < story->n && !teller->quit; i += cycle.length * cycle.times) {
		cycle = story_cycle(story, i);
		for (size_t j = 0; j < cycle.length && !teller->quit; j++)
			put_chapter(&story->chapters[i + j], i + j + 1, teller);
		if (cycle.times > 1 && !teller->quit)
			put_again(story, &cycle);
	}
}
