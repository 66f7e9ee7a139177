/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications to whoever registered, in the order of registration. */
#include "core/notify.h"

#include "core/internal.h"

void net_notifier_register(struct net *net, struct notifier_block *nb)
{
	list_add_tail(&nb->list, &net->notifiers);
}

void net_notifier_unregister(struct notifier_block *nb)
{
	list_del_init(&nb->list);
}

/* A callback may unregister itself, no other. */
void net_notify(struct net *net, enum net_event event, void *obj)
{
	struct notifier_block *nb, *tmp;

	list_for_each_entry_safe(nb, tmp, &net->notifiers, list)
		nb->fn(nb, net, event, obj);
}
