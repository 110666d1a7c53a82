// SPDX-License-Identifier: MIT
/* Pointers that free themselves, checks of types, groups of members, ends of lists, unbounded copies of text. */
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/typecheck.h>

DEFINE_FREE(counted, int *, if (_T)(*_T)++)

static int *give(int *freed)
{
	int *p __free(counted) = freed;

	return_ptr(p);
}

static void no_free_ptr__takes_it_from_the_scope(struct kunit *test)
{
	int freed = 0, *taken;

	{
		int *p __free(counted) = &freed;

		taken = no_free_ptr(p);
		KUNIT_EXPECT_NULL(test, p);
	}
	KUNIT_EXPECT_PTR_EQ(test, taken, &freed);
	KUNIT_EXPECT_EQ(test, freed, 0);
	{
		int *p __free(counted) = taken;

		KUNIT_EXPECT_PTR_EQ(test, p, taken);
	}
	KUNIT_EXPECT_EQ(test, freed, 1);
}

static void return_ptr__hands_it_to_the_caller(struct kunit *test)
{
	int freed = 0;

	KUNIT_EXPECT_PTR_EQ(test, give(&freed), &freed);
	KUNIT_EXPECT_EQ(test, freed, 0);
}

static void retain_and_null_ptr__leaves_it_to_somebody_else(struct kunit *test)
{
	int freed = 0;

	{
		int *p __free(counted) = &freed;

		retain_and_null_ptr(p);
		KUNIT_EXPECT_NULL(test, p);
	}
	KUNIT_EXPECT_EQ(test, freed, 0);
}

static void typecheck_pointer__does_not_look(struct kunit *test)
{
	char *nowhere = (char *)8;

	KUNIT_EXPECT_EQ(test, typecheck_pointer(nowhere), 1);
	KUNIT_EXPECT_EQ(test, typecheck_pointer(test), 1);
}

struct packet {
	u8 kind;
	struct_group_attr(head, __packed, u8 flags; u32 length;);
	struct_group_tagged(packet_body, body, u16 first; u16 second;);
};

static void struct_group__is_its_members(struct kunit *test)
{
	struct packet p = {.kind = 1, .flags = 2, .length = 3, .first = 4, .second = 5};
	struct packet_body body = p.body; /* the tag names the type */

	KUNIT_EXPECT_EQ(test, sizeof(p.head), 5ul); /* packed: no room between the two */
	KUNIT_EXPECT_PTR_EQ(test, (void *)&p.head, (void *)&p.flags);
	KUNIT_EXPECT_EQ(test, p.head.length, 3u);
	KUNIT_EXPECT_EQ(test, body.first, 4);
	KUNIT_EXPECT_EQ(test, body.second, 5);
	memset(&p.body, 0, sizeof(p.body));
	KUNIT_EXPECT_EQ(test, p.first + p.second, 0);
	KUNIT_EXPECT_EQ(test, p.length, 3u);
}

struct item {
	int value;
	struct list_head node;
};

static void list_last_entry_or_null__of_none_one_and_two(struct kunit *test)
{
	struct item a = {.value = 1}, b = {.value = 2};
	LIST_HEAD(head);

	KUNIT_EXPECT_NULL(test, list_last_entry_or_null(&head, struct item, node));
	list_add_tail(&a.node, &head);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry_or_null(&head, struct item, node), &a);
	list_add_tail(&b.node, &head);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry_or_null(&head, struct item, node), &b);
}

static void strcpy__and_strncat(struct kunit *test)
{
	char text[8] = "#######";

	KUNIT_EXPECT_PTR_EQ(test, strcpy(text, "ab"), &text[0]);
	KUNIT_EXPECT_MEMEQ(test, text, "ab\0####", 8);
	KUNIT_EXPECT_PTR_EQ(test, strncat(text, "cdef", 2), &text[0]);
	KUNIT_EXPECT_STREQ(test, text, "abcd"); /* ended always */
	KUNIT_EXPECT_STREQ(test, strncat(text, "e", 3), "abcde");
}

#ifdef __PSIM__
/* Fills with zeros, and does not end what is as long as the room: why kernels leave it. */
static void strncpy__fills_the_room(struct kunit *test)
{
	char text[6] = "#####";
	size_t room = 4; /* not seen by the compiler, which would warn */

	OPTIMIZER_HIDE_VAR(room);
	KUNIT_EXPECT_PTR_EQ(test, strncpy(text, "a", room), &text[0]);
	KUNIT_EXPECT_MEMEQ(test, text, "a\0\0\0#", 6);
	strncpy(text, "bcdefg", room);
	KUNIT_EXPECT_MEMEQ(test, text, "bcde#", 6);
}

static void might_fault__where_nobody_may_sleep(struct kunit *test)
{
	might_fault();
	preempt_disable();
	kunit_expect_report(test, "may sleep");
	might_fault();
	preempt_enable();
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(no_free_ptr__takes_it_from_the_scope),
	KUNIT_CASE(return_ptr__hands_it_to_the_caller),
	KUNIT_CASE(retain_and_null_ptr__leaves_it_to_somebody_else),
	KUNIT_CASE(typecheck_pointer__does_not_look),
	KUNIT_CASE(struct_group__is_its_members),
	KUNIT_CASE(list_last_entry_or_null__of_none_one_and_two),
	KUNIT_CASE(strcpy__and_strncat),
#ifdef __PSIM__
	KUNIT_CASE(strncpy__fills_the_room),
	KUNIT_CASE(might_fault__where_nobody_may_sleep),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "scope",
	.test_cases = cases,
};
kunit_test_suite(suite);
