// SPDX-License-Identifier: MIT
/*
 * psim explain --quiz: the reader says what comes next before it is told. Answers are drawn, with a seed, from
 * the steps of this story first; no step is asked for more than twice.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "show.h"

#define ANSWERS 4
#define ASKED	2

struct quiz {
	number state;
	unsigned int asked[NR_STEPS], questions, right;
	int in_story[NR_STEPS];
	int over;
};

struct quiz *quiz_make(const struct story *story, number seed)
{
	struct quiz *quiz = calloc(1, sizeof(*quiz));

	if (!quiz)
		abort();
	quiz->state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (size_t i = 0; i < story->n; i++) {
		for (unsigned int j = 0; j < story->chapters[i].nr_paragraphs; j++)
			quiz->in_story[story->chapters[i].paragraphs[j].step] = 1;
	}
	return quiz;
}

static unsigned int draw_below(struct quiz *quiz, unsigned int n)
{
	quiz->state ^= quiz->state << 13;
	quiz->state ^= quiz->state >> 7;
	quiz->state ^= quiz->state << 17;
	return (quiz->state >> 11) % n;
}

static int is_among(const enum story_step *answers, unsigned int n, enum story_step step)
{
	for (unsigned int i = 0; i < n; i++) {
		if (answers[i] == step)
			return 1;
	}
	return 0;
}

/* One of the steps that is not there yet: of the story, while it has any. */
static enum story_step draw_other(struct quiz *quiz, const enum story_step *answers, unsigned int n)
{
	enum story_step left[NR_STEPS];
	unsigned int nr_left = 0;

	for (int of_story = 1; of_story >= 0 && !nr_left; of_story--) {
		for (enum story_step step = 0; step < NR_STEPS; step++) {
			if (quiz->in_story[step] == of_story && !is_among(answers, n, step))
				left[nr_left++] = step;
		}
	}
	return left[draw_below(quiz, nr_left)];
}

/* Return: the place of the right one. */
static unsigned int draw_answers(struct quiz *quiz, enum story_step right, enum story_step *answers)
{
	unsigned int place = draw_below(quiz, ANSWERS);
	enum story_step swap;

	answers[0] = right;
	for (unsigned int i = 1; i < ANSWERS; i++)
		answers[i] = draw_other(quiz, answers, i);
	swap = answers[place];
	answers[place] = right;
	answers[0] = place ? swap : right;
	return place;
}

/* Return: 0 to ANSWERS - 1; -1: had enough; -2: nobody is there. */
static int read_answer(void)
{
	char line[64];

	for (;;) {
		printf("  > ");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return -2;
		if (line[0] == 'q')
			return -1;
		if (line[0] >= '1' && line[0] < '1' + ANSWERS && line[1] == '\n')
			return line[0] - '1';
		printf("  1 to %d, or q to end\n", ANSWERS);
	}
}

int quiz_ask(struct quiz *quiz, enum story_step step)
{
	enum story_step answers[ANSWERS];
	unsigned int right;
	int answer;

	if (quiz->over || quiz->asked[step] == ASKED)
		return 0;
	quiz->asked[step]++;
	right = draw_answers(quiz, step, answers);
	printf("\n%s  What comes next?%s\n", paint(stdout, PAINT_DOUBTFUL),
	       paint(stdout, PAINT_OFF));
	for (unsigned int i = 0; i < ANSWERS; i++)
		printf("  %u) %s\n", i + 1, rules[answers[i]].next);
	answer = read_answer();
	if (answer == -2) {
		putchar('\n');
		quiz->over = 1;
		return 0;
	}
	if (answer == -1)
		return 1;
	quiz->questions++;
	quiz->right += answer == (int)right;
	printf(answer == (int)right ? "  Right.\n" : "  No: %u.\n", right + 1);
	return 0;
}

void quiz_end(struct quiz *quiz)
{
	printf("\nquiz: %u of %u right\n", quiz->right, quiz->questions);
	free(quiz);
}
