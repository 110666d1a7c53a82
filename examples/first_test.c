#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psim/psim.h>

static void page_goes_to_the_device_and_comes_back(void **state)
{
	char text[6] = "hello";

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	struct psim_process *app = psim_process_create("app");
	struct psim_gpu *gpu = psim_gpu_create(NULL);
	long at = psim_mmap(app, 0, 65536, PSIM_READ | PSIM_WRITE);

	assert_int_equal(psim_store(app, at, text, 6), 0);
	assert_int_equal(psim_gpu_migrate(gpu, app, at, 65536), 0);
	assert_int_equal(psim_where(app, at, NULL), PSIM_DEVICE);
	assert_int_equal(psim_load(app, at, text, 6), 0); /* faults it back */
	assert_string_equal(text, "hello");
	assert_int_equal(psim_where(app, at, NULL), PSIM_RAM);
	psim_process_exit(app);
	psim_gpu_destroy(gpu);
	assert_int_equal(psim_stop(), 0); /* every law kept, nothing left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_goes_to_the_device_and_comes_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
