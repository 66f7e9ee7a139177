// SPDX-License-Identifier: BSD-2-Clause
/* Administration: JSON answers, sysctls, barriers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "daemon/channel.h"

static int answer_text(struct call *c, char *json)
{
	if (!json)
		return -ENOMEM;
	c->answered = true;
	channel_send_text(c->ch, c->h, json, strlen(json));
	return 0;
}

int call_stat(struct call *c)
{
	const struct nsp_stat_req *req = c->req;
	char name[IFNAMSIZ_NS] = "", *text;
	int err;

	if (req->flags & ~NSP_STAT_DEV)
		return -EINVAL;
	if (!(req->flags & NSP_STAT_DEV))
		return answer_text(c, stat_json(c->dm));
	if (c->datalen >= sizeof(name))
		return -ENODEV;
	memcpy(name, c->data, c->datalen);
	text = stat_dev_json(c->dm, name, &err);
	return text ? answer_text(c, text) : err;
}

int call_sock(struct call *c)
{
	return answer_text(c, stat_sock_json(c->dm));
}

int call_version(struct call *c)
{
	return answer_text(c, stat_version_json());
}

int call_barrier(struct call *c)
{
	const struct nsp_barrier_req *req = c->req;

	if (c->ch->tracing)
		return -EINVAL;		/* this channel speaks lines now */
	c->answered = true;
	channel_barrier(c->ch, c->h, req->flags & NSP_BARRIER_FRAMES);
	return 0;
}

static void add_sysctl(struct net *net, const char *name, void *arg)
{
	char value[1024];

	if (!sysctl_get(net, name, value, sizeof(value)))
		cJSON_AddStringToObject(arg, name, value);
}

static int sysctl_answer(struct call *c, const char *key)
{
	cJSON *json = cJSON_CreateObject();
	char value[1024], *text;
	int ret = 0;

	if (!json)
		return -ENOMEM;
	if (key) {
		ret = sysctl_get(c->dm->net, key, value, sizeof(value));
		if (!ret)
			cJSON_AddStringToObject(json, key, value);
	} else {
		sysctl_for_each(c->dm->net, add_sysctl, json);
	}
	text = ret ? NULL : cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return ret ? ret : answer_text(c, text);
}

int call_sysctl(struct call *c)
{
	const struct nsp_sysctl_req *req = c->req;
	char text[2048], *eq;
	int ret;

	if (c->datalen >= sizeof(text))
		return -EINVAL;
	memcpy(text, c->data, c->datalen);
	text[c->datalen] = '\0';
	switch (req->op) {
	case 0:
		return sysctl_answer(c, NULL);
	case 1:
		return sysctl_answer(c, text);
	case 2:
		if (!cred_is_admin(c->dm, &c->cred))
			return -EPERM;
		eq = strchr(text, '=');
		if (!eq)
			return -EINVAL;
		*eq = '\0';
		ret = sysctl_set(c->dm->net, text, eq + 1);
		return ret ? ret : sysctl_answer(c, text);
	default:
		return -EINVAL;
	}
}
