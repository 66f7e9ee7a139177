/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: timers, deferred work, polls, kicks, deadlines; hooks, notifications, MIBs, pools. */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static char order[64];

static void setup(void)
{
	fixture_net_new(&f, 11);
	order[0] = 0;
}

static void teardown(void)
{
	fixture_net_free(&f);
}

TestSuite(net, .init = setup, .fini = teardown);

static void note(char c)
{
	size_t n = strlen(order);

	cr_assert_lt(n + 1, sizeof(order));
	order[n] = c;
	order[n + 1] = 0;
}

struct job {
	struct work_struct work;
	struct timer_list timer;
	char name;
	u32 again;
	u64 fired;
};

static void job_work(struct work_struct *work)
{
	struct job *j = container_of(work, struct job, work);

	note(j->name);
	if (j->again) {
		j->again--;
		queue_work(f.net, work);
	}
}

static void job_timer(struct timer_list *t)
{
	struct job *j = from_timer(j, t, timer);

	note(j->name);
	j->fired = f.net->now;
	if (j->again) {
		j->again--;
		mod_timer(t, f.net->now + NSEC_PER_MSEC);
	}
}

static void job_init(struct job *j, char name, u32 again)
{
	work_init(&j->work, job_work);
	timer_setup(&j->timer, f.net, job_timer);
	j->name = name;
	j->again = again;
}

Test(net, work_runs_in_order_and_once)
{
	struct job a, b, c;

	job_init(&a, 'a', 1);
	job_init(&b, 'b', 0);
	job_init(&c, 'c', 0);
	cr_assert(queue_work(f.net, &a.work));
	cr_assert(!queue_work(f.net, &a.work), "already queued");
	queue_work(f.net, &b.work);
	queue_work(f.net, &c.work);
	cr_assert(cancel_work(&c.work));
	cr_assert(!cancel_work(&c.work));
	cr_assert_eq(net_deadline(f.net), f.net->now);
	cr_assert_eq(f.kicks, 1, "one kick until the net runs");
	cr_assert(!net_run(f.net, f.net->now, 0));
	cr_assert_str_eq(order, "aba");
	cr_assert_eq(net_deadline(f.net), U64_MAX);
	queue_work(f.net, &b.work);
	cr_assert_eq(f.kicks, 2);
	net_run(f.net, f.net->now, 0);
}

static struct job endless;

static void forever(struct work_struct *work)
{
	queue_work(f.net, work);
}

Test(net, a_turn_is_bounded)
{
	work_init(&endless.work, forever);
	queue_work(f.net, &endless.work);
	cr_assert(net_run(f.net, f.net->now, 0), "more work is left");
	cancel_work(&endless.work);
	cr_assert(!net_run(f.net, f.net->now, 0));
}

static u32 polled;

/* A device that always says that it is not done, and never has anything. */
static int poll_nothing(struct napi_struct *napi, int budget)
{
	(void)napi, (void)budget;
	polled++;
	return 0;
}

Test(net, polls_for_nothing_are_bounded)
{
	struct net_device *dev = fixture_dev_new(f.net, "d0", 0);
	struct napi_struct napi;

	netif_napi_add(dev, &napi, poll_nothing, 0);
	napi_schedule(&napi);
	cr_assert(net_run(f.net, f.net->now, 10), "it waits for the next turn");
	cr_assert_eq(polled, 10);
	netif_napi_del(&napi);
	cr_assert(!net_run(f.net, f.net->now, 0));
}

Test(net, timers_fire_in_order_never_early)
{
	struct job j[3];
	u64 t0 = f.net->now;

	job_init(&j[0], 'x', 2);
	job_init(&j[1], 'y', 0);
	job_init(&j[2], 'z', 0);
	mod_timer(&j[0].timer, t0 + 5 * NSEC_PER_MSEC);
	mod_timer(&j[1].timer, t0 + 5500 * NSEC_PER_USEC);
	mod_timer(&j[2].timer, t0 + 1);
	cr_assert(timer_pending(&j[2].timer));
	cr_assert_eq(timer_expires(&j[0].timer), t0 + 5 * NSEC_PER_MSEC);
	net_run(f.net, t0, 0);
	cr_assert_str_eq(order, "");
	cr_assert(net_deadline(f.net) <= t0 + 1);
	cr_assert(del_timer(&j[2].timer));
	cr_assert(!del_timer(&j[2].timer));
	fixture_advance(f.net, 20 * NSEC_PER_MSEC);
	cr_assert_str_eq(order, "xyxx");
	cr_assert_eq(j[0].fired, t0 + 7 * NSEC_PER_MSEC);
	cr_assert_eq(j[1].fired, t0 + 5500 * NSEC_PER_USEC);
	cr_assert_eq(net_deadline(f.net), U64_MAX);
}

Test(net, clock_never_goes_back)
{
	u64 t0 = f.net->now;

	net_run(f.net, t0 - 5, 0);
	cr_assert_eq(f.net->now, t0);
	net_set_now(f.net, t0 + 5);
	net_set_now(f.net, t0 + 1);
	cr_assert_eq(f.net->now, t0 + 5);
}

Test(net, seed_decides_all_randomness)
{
	struct fixture g;
	struct net *other = fixture_net_new(&g, 11);
	u32 i;

	for (i = 0; i < 100; i++)
		cr_assert_eq(net_rand64(f.net), net_rand64(other));
	for (i = 0; i < 1000; i++)
		cr_assert_lt(net_rand_below(f.net, 7), 7);
	fixture_net_free(&g);
}

/* -- NAPI ------------------------------------------------------------------------------- */
struct poller {
	struct napi_struct napi;
	char name;
	int left;
};

static int poller_poll(struct napi_struct *napi, int budget)
{
	struct poller *p = container_of(napi, struct poller, napi);
	int n = min(budget, p->left);

	note(p->name);
	p->left -= n;
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

Test(net, polls_take_turns_within_the_budget)
{
	struct net_device *dev = fixture_dev_new(f.net, "t0", 0);
	struct poller a = { .name = 'a', .left = 100 }, b = { .name = 'b', .left = 10 };

	netif_napi_add(dev, &a.napi, poller_poll, 32);
	netif_napi_add(dev, &b.napi, poller_poll, 32);
	f.kicks = 0;
	napi_schedule(&a.napi);
	napi_schedule(&a.napi);
	napi_schedule(&b.napi);
	cr_assert_eq(f.kicks, 1);
	cr_assert(net_run(f.net, f.net->now, 50), "the budget was spent");
	cr_assert_str_eq(order, "aba");
	cr_assert_eq(a.left, 100 - 32 - 8);
	while (net_run(f.net, f.net->now, 50))
		;
	cr_assert_eq(a.left, 0);
	cr_assert(!a.napi.scheduled && !b.napi.scheduled);
	cr_assert_eq(a.napi.packets, 100);
	netif_napi_del(&a.napi);
	netif_napi_del(&b.napi);
}

/* -- hooks and notifications ---------------------------------------------------------------- */
static unsigned int hook_note(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const char *what = priv;

	(void)skb;
	cr_assert_eq(state->hook, NF_LOCAL_IN);
	note(what[0]);
	return what[1] == 'D' ? NF_DROP : NF_ACCEPT;
}

Test(net, hooks_run_by_priority_and_drop)
{
	struct nf_hook_ops late = { .priority = 5, .hook = NF_LOCAL_IN, .fn = hook_note,
				    .priv = "lA" };
	struct nf_hook_ops early = { .priority = -5, .hook = NF_LOCAL_IN, .fn = hook_note,
				     .priv = "eA" };
	struct sk_buff *skb = alloc_skb(f.net, 10);

	cr_assert_eq(nf_hook(NF_PROTO_IPV4, NF_LOCAL_IN, f.net, NULL, skb, NULL, NULL), NF_ACCEPT);
	nf_register_hook(f.net, &late);
	nf_register_hook(f.net, &early);
	cr_assert_eq(nf_hook(NF_PROTO_IPV4, NF_LOCAL_IN, f.net, NULL, skb, NULL, NULL), NF_ACCEPT);
	cr_assert_str_eq(order, "el");
	early.priv = "eD";
	cr_assert_eq(nf_hook(NF_PROTO_IPV4, NF_LOCAL_IN, f.net, NULL, skb, NULL, NULL), NF_DROP);
	cr_assert_str_eq(order, "ele");
	cr_assert_eq(f.net->drops[SKB_DROP_NETFILTER_DROP], 1);
	nf_unregister_hook(f.net, &early);
	nf_unregister_hook(f.net, &late);
}

static void on_event(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	(void)nb, (void)net, (void)obj;
	note((char)('A' + (int)event));
}

Test(net, device_life_is_announced)
{
	struct notifier_block nb = { .fn = on_event };
	struct net_device *dev;

	net_notifier_register(f.net, &nb);
	dev = fixture_dev_new(f.net, "t0", 0);
	dev_set_mtu(dev, 1000);
	dev_set_carrier(dev, false);
	dev_set_mac_address(dev, (u8[]){ 2, 0, 0, 0, 0, 7 });
	unregister_netdev(dev);
	/* REGISTER UP CHANGEMTU CHANGE CHANGEADDR GOING_DOWN DOWN UNREGISTER */
	cr_assert_str_eq(order, "ACHFGDEB");
	net_notifier_unregister(&nb);
}

Test(net, mib_rows_have_names)
{
	u32 i;

	for (i = 1; i < MIB_MAX; i++)
		cr_assert(mib_names[i].group[0] && mib_names[i].name[0]);
	cr_assert_str_eq(mib_names[MIB_TcpExt_TCPTimeouts].name, "TCPTimeouts");
	cr_assert_str_eq(mib_names[MIB_TcpExt_TCPTimeouts].group, "TcpExt");
	net_mib_inc(f.net, Tcp_RetransSegs);
	net_mib_add(f.net, Tcp_RetransSegs, 4);
	cr_assert_eq(f.net->mib[MIB_Tcp_RetransSegs], 5);
	cr_assert_eq(MIB_Icmp6_InType143 - MIB_Icmp6_InType128, 15);
	cr_assert_eq(MIB_IcmpMsg_OutType18 - MIB_IcmpMsg_OutType0, 18);
}

/* -- pools and pages ------------------------------------------------------------------------- */
Test(net, pool_recycles_and_bounds_what_it_keeps)
{
	struct pool pool;
	void *obj[10];
	size_t live = f.live;
	u64 allocs;
	u32 i;

	pool_init(&pool, f.net, "test", 3, 4);
	for (i = 0; i < 10; i++)
		obj[i] = pool_get(&pool);
	cr_assert_eq(pool.nr_live, 10);
	for (i = 0; i < 10; i++)
		pool_put(&pool, obj[i]);
	cr_assert_eq(pool.nr_free, 4);
	allocs = f.allocs;
	obj[0] = pool_zget(&pool);
	cr_assert_eq(f.allocs, allocs);
	f.fail_after = 0;
	for (i = 1; i < 4; i++)
		obj[i] = pool_get(&pool);
	cr_assert_null(pool_get(&pool));
	f.fail_after = -1;
	for (i = 0; i < 4; i++)
		pool_put(&pool, obj[i]);
	pool_destroy(&pool);
	cr_assert_eq(f.live, live);
}

Test(net, pages_that_are_kept_are_bounded)
{
	enum { MANY = 1000, KEPT = 256 };
	static struct page *pages[MANY];
	u32 i;

	for (i = 0; i < MANY; i++) {
		pages[i] = page_alloc(f.net);
		cr_assert_not_null(pages[i]);
	}
	for (i = 0; i < MANY; i++)
		page_put(pages[i]);
	cr_assert_eq(f.net->pages_live, 0);
	cr_assert_eq(f.net->pages_free, KEPT);
}

Test(net, page_frag_carves_and_reuses)
{
	struct page_frag pf = { 0 };
	struct page *first;

	cr_assert_eq(page_frag_refill(f.net, &pf, 1000), 0);
	cr_assert_eq(page_frag_room(&pf), NET_PAGE_SIZE);
	first = pf.page;
	pf.off = NET_PAGE_SIZE - 100;
	cr_assert_eq(page_frag_refill(f.net, &pf, 1000), 0);
	cr_assert(pf.page == first && pf.off == 0, "nobody else has it: from the front again");
	pf.off = NET_PAGE_SIZE - 100;
	page_get(first);
	cr_assert_eq(page_frag_refill(f.net, &pf, 1000), 0);
	cr_assert_neq(pf.page, first);
	page_put(first);
	page_get(pf.page);
	first = pf.page;
	pf.off = NET_PAGE_SIZE;
	f.net->pages_free = 0;
	f.fail_after = 0;
	first = f.net->page_free_list;
	f.net->page_free_list = NULL;
	cr_assert_eq(page_frag_refill(f.net, &pf, 1), -ENOMEM);
	f.net->page_free_list = first;
	f.net->pages_free = 1;
	f.fail_after = -1;
	page_put(pf.page);
	page_frag_release(&pf);
}
