/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the rows of every table of socket options: label, kind, and how it may be used. */
#include <stdio.h>

#include "socket/socket.h"

static void table(const struct sockopt_table *t)
{
	static const char *const kinds[] = {
		[SOCKOPT_BOOL] = "switch", [SOCKOPT_INT] = "number", [SOCKOPT_U8INT] = "number",
		[SOCKOPT_STRUCT] = "structure", [SOCKOPT_STRING] = "text",
	};
	u32 i;

	for (i = 0; i < t->nr_rows; i++) {
		const struct sockopt_row *r = &t->rows[i];

		printf("%s %s %s\n", r->label, kinds[r->kind],
		       r->flags & SOCKOPT_RO || !r->set ? "get" :
		       r->flags & SOCKOPT_WO || !r->get ? "set" : "get, set");
	}
}

static void tables(const struct proto *p)
{
	const struct sockopt_table *const *t;

	for (t = p->sockopts; t && *t; t++)
		table(*t);
}

int main(void)
{
	table(&sol_socket_table);
	table(&inet_sol_ip_table);
	table(&inet_sol_ipv6_table);
	tables(&tcp_prot);
	tables(&udplite_prot);
	tables(&raw_prot);
	tables(&ping_prot);
	tables(&packet_prot);
	return 0;
}
