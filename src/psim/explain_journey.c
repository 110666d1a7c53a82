// SPDX-License-Identifier: MIT
/* psim explain: a migration in its steps: setup, destinations, copy, handing over, finalize. */
#include <stdlib.h>

#include "explain.h"
#include "psim.h"

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

/* "3 pages of RAM, 2 without a page" */
static char *collected(const struct journey *journey)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	if (journey->ram)
		fprintf(file, ", %u page%s of RAM", journey->ram, plural(journey->ram));
	if (journey->device)
		fprintf(file, ", %u page%s of a device", journey->device, plural(journey->device));
	if (journey->holes)
		fprintf(file, ", %u without a page", journey->holes);
	fclose(file);
	return text;
}

static void tell_taken(struct chapter *chapter, const struct journey *journey)
{
	unsigned int pages = journey->ram + journey->device;
	char *what = collected(journey);

	say_step(
		chapter, STEP_SETUP,
		"%u of %u slot%s taken: %s. %s The mmap lock is held until finalize has ended.",
		journey->cpages, journey->asked, journey->asked == 1 ? " is" : "s are",
		what[0] ? what + 2 : "nothing",
		!pages ? "There is no page to lock."
		: pages == 1
			? "The page is locked, and its slot becomes a migration entry: whoever touches it now, "
			  "waits."
			: "Each page is locked, and its slot becomes a migration entry: whoever touches one "
			  "now, waits.");
	free(what);
}

static void tell_setup(struct chapter *chapter, const struct journey *journey)
{
	unsigned int pages = journey->cpages;

	if (!pages)
		say_step(chapter, STEP_SETUP_NOTHING,
			 "There is nothing that can be taken: what is there is locked, held by "
			 "somebody, or of another kind. All slots are as they were.");
	else if (journey->by_pages)
		say_step(chapter, STEP_BY_PAGES,
			 "%u page%s of the device %s collected by number, without the mmap lock: "
			 "whoever maps %s, in whatever process. %s locked, and the slots become "
			 "migration entries.",
			 pages, plural(pages), pages == 1 ? "is" : "are",
			 pages == 1 ? "it" : "them", pages == 1 ? "It is" : "Each is");
	else
		tell_taken(chapter, journey);
}

static void tell_copy(struct chapter *chapter, const struct journey *journey)
{
	if (journey->errors) {
		say_step(chapter, STEP_NO_COPY, "A copy fails: its fence carries an error.");
		return;
	}
	if (!journey->copied && !journey->cleared)
		return;
	say_step(chapter, STEP_COPY,
		 "%u page%s mapped for the device, which copies %s and clears %s; the migration "
		 "waits for the fence.",
		 journey->mapped, journey->mapped == 1 ? " is" : "s are",
		 journey->copied ? human_size(journey->copied) : "nothing",
		 journey->cleared ? human_size(journey->cleared) : "nothing");
}

static void tell_handing_over(struct chapter *chapter, const struct journey *journey)
{
	unsigned int gone = journey->moved + journey->filled;
	unsigned int stayed = journey->cpages > gone ? journey->cpages - gone : 0;

	if (journey->moved)
		say_step(
			chapter, STEP_PAGES,
			"%u page%s what it was to the process, its place and whether it is dirty.%s",
			journey->moved,
			journey->moved == 1 ? " hands over to its destination"
					    : "s hand over, each to its destination,",
			journey->filled ? " The slots without a page get one that reads as zeros."
					: "");
	else if (journey->filled)
		say_step(chapter, STEP_PAGES,
			 "%u slot%s without a page get%s one that reads as zeros.", journey->filled,
			 plural(journey->filled), journey->filled == 1 ? "s" : "");
	if (stayed)
		say_step(chapter, STEP_PAGES_FAILED,
			 "%u page%s where %s: no destination, or a reference that nobody explains.",
			 stayed, stayed == 1 ? " stays" : "s stay",
			 stayed == 1 ? "it is" : "they are");
	if (journey->source.pfn && journey->destination.pfn) {
		tell_counts(chapter, &journey->source, 1);
		tell_counts(chapter, &journey->destination, 1);
	}
	chapter->locks = journey->locks;
}

static void tell_freed(struct chapter *chapter, unsigned int ram, unsigned int device)
{
	if (ram && device)
		say_step(chapter, STEP_FREED, "%u page%s of RAM and %u of the device are free.",
			 ram, plural(ram), device);
	else if (ram || device)
		say_step(chapter, STEP_FREED, "%u page%s of %s %s free.", ram + device,
			 plural(ram + device), ram ? "RAM" : "the device",
			 ram + device == 1 ? "is" : "are");
}

static void tell_end(struct chapter *chapter, const struct journey *journey)
{
	if (journey->phase != ENDING)
		return;
	say_step(chapter, STEP_FINALIZE,
		 "Migration entries become slots of %s, all is unlocked, and who waited goes on.",
		 journey->moved + journey->filled ? "the pages as they are now" : "the old pages");
	tell_freed(chapter, journey->freed_ram, journey->freed_device);
}

void tell_journey_steps(struct chapter *chapter, const struct journey *journey)
{
	tell_setup(chapter, journey);
	if (journey->first)
		say_step(
			chapter, STEP_DESTINATIONS,
			"%u page%s of %s begin%s a new life, from %s on: locked, with one reference "
			"each.",
			journey->new_device + journey->new_ram,
			plural(journey->new_device + journey->new_ram),
			journey->new_device ? "device memory" : "RAM",
			journey->new_device + journey->new_ram == 1 ? "s" : "",
			hex(journey->first));
	tell_copy(chapter, journey);
	tell_handing_over(chapter, journey);
	tell_end(chapter, journey);
}
