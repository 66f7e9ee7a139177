/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking for work before sleeping: as long as it pays. */
#include <criterion/criterion.h>

#include "host/spin.h"

enum { US = 1000, MAX_NS = 200 * US };

static void idle_times(struct host_spin *s, uint64_t ns, int times)
{
	while (times--)
		host_spin_idle(s, ns);
}

Test(spin, fixed_never_learns)
{
	struct host_spin s = { .max_ns = MAX_NS };

	cr_assert_eq(host_spin_window(&s), MAX_NS);
	idle_times(&s, 50000 * US, 100);
	host_spin_contended(&s);
	cr_assert_eq(host_spin_window(&s), MAX_NS);
}

Test(spin, nothing_before_it_would_have_paid)
{
	struct host_spin s = { .max_ns = MAX_NS, .adaptive = true };

	cr_assert_eq(host_spin_window(&s), 0);
	idle_times(&s, MAX_NS + 1, 100);
	cr_assert_eq(host_spin_window(&s), 0);
}

Test(spin, grows_to_what_is_needed)
{
	struct host_spin s = { .max_ns = MAX_NS, .adaptive = true };

	idle_times(&s, 70 * US, 4);
	cr_assert_geq(host_spin_window(&s), 70 * US);
	cr_assert_leq(host_spin_window(&s), 140 * US);
	idle_times(&s, 5 * US, 1000);
	cr_assert_leq(host_spin_window(&s), 140 * US, "found within the window: nothing to learn");
	idle_times(&s, MAX_NS, 4);
	cr_assert_eq(host_spin_window(&s), MAX_NS);
}

Test(spin, stops_when_it_does_not_pay)
{
	struct host_spin s = { .max_ns = MAX_NS, .adaptive = true };

	idle_times(&s, MAX_NS, 10);
	idle_times(&s, 10000 * US, 4);
	cr_assert_eq(host_spin_window(&s), 0, "four waits for nothing");
	idle_times(&s, 30 * US, 2);
	cr_assert_geq(host_spin_window(&s), 30 * US, "and comes back");
}

Test(spin, gives_way)
{
	struct host_spin s = { .max_ns = MAX_NS, .adaptive = true };

	idle_times(&s, MAX_NS, 10);
	host_spin_contended(&s);
	cr_assert_eq(host_spin_window(&s), MAX_NS / 2);
	host_spin_contended(&s);
	host_spin_contended(&s);
	host_spin_contended(&s);
	cr_assert_eq(host_spin_window(&s), 0);
}
