/* SPDX-License-Identifier: BSD-2-Clause */
/* The packet printer: any frame, any capture length, any room for the text. */
#include "base/base.h"
#include "wire/wire.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[512], small[24];
	struct strbuf sb;

	strbuf_init(&sb, text, sizeof(text));
	print_eth(&sb, data, size, size);
	strbuf_init(&sb, text, sizeof(text));
	print_eth(&sb, data, size, size + 1000);
	strbuf_init(&sb, small, sizeof(small));
	print_eth(&sb, data, size, size);
	strbuf_init(&sb, text, sizeof(text));
	print_ip(&sb, data, size);
	return 0;
}
