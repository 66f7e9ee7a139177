/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A main() for a fuzz target without libFuzzer.
 *
 *   fuzz_x [FILE|DIRECTORY]...   replays these inputs only
 *   fuzz_x                       the smoke test that `make check` runs:
 *     1. each file of tests/fuzz/corpus/x
 *     2. each of them cut to every length, and with each of its first bytes changed
 *     3. FUZZ_RUNS (default 4000) random mutations from FUZZ_SEED (default 1)
 *
 * An input that crashes the target is written to crash-x in the current directory; replay it by
 * passing that file.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX  65536 /* the longest input, bytes */
#define SEEDS_MAX  4096	 /* the most corpus files */
#define CHANGED_MAX 160	 /* how many leading bytes step 2 changes: all headers of a frame */

struct input {
	uint8_t *data;
	size_t size;
};

static struct input seeds[SEEDS_MAX];
static size_t n_seeds;
static uint8_t current[INPUT_MAX];
static size_t current_size;
static char crash_name[256];
static uint64_t rng;
static unsigned long n_run;

static void on_crash(int sig)
{
	int fd = open(crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	const char text[] = "crashed; the input is in ";

	if (fd >= 0 && write(fd, current, current_size) == (ssize_t)current_size &&
	    write(2, text, sizeof(text) - 1) > 0 && write(2, crash_name, strlen(crash_name)) > 0)
		(void)!write(2, "\n", 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint32_t next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 16);
}

static size_t below(size_t bound)
{
	return bound ? next_random() % bound : 0;
}

/* Runs the target on current[]. It gets a block of exactly the right size, for the sanitizer. */
static void run(void)
{
	uint8_t *exact = malloc(current_size ? current_size : 1);

	if (!exact)
		abort();
	memcpy(exact, current, current_size);
	LLVMFuzzerTestOneInput(exact, current_size);
	free(exact);
	n_run++;
}

static void load_current(const struct input *seed)
{
	current_size = seed->size;
	memcpy(current, seed->data, seed->size);
}

static void load_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct input *seed = &seeds[n_seeds];

	if (!f || n_seeds == SEEDS_MAX) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	seed->size = fread(current, 1, sizeof(current), f);
	seed->data = malloc(seed->size ? seed->size : 1);
	if (!seed->data)
		exit(2);
	memcpy(seed->data, current, seed->size);
	n_seeds++;
	fclose(f);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Loads a file, or every regular file of a directory in the order of their names. */
static void load(const char *path)
{
	struct dirent **list;
	struct stat st;
	int n;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		load_file(path);
		return;
	}
	n = scandir(path, &list, NULL, by_name);
	for (int i = 0; i < n; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, list[i]->d_name);
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
			load_file(name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void every_length_and_byte(const struct input *seed)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };

	for (size_t len = 0; len < seed->size; len++) {
		load_current(seed);
		current_size = len;
		run();
	}
	for (size_t at = 0; at < seed->size && at < CHANGED_MAX; at++) {
		for (size_t k = 0; k < sizeof(flips); k++) {
			load_current(seed);
			current[at] ^= flips[k];
			run();
		}
	}
}

static void put_interesting(size_t at)
{
	static const uint32_t values[] = { 0, 1, 4, 5, 20, 40, 0x7f, 0x80, 0xff, 0x7fff,
					   0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff };
	uint32_t v = values[below(sizeof(values) / sizeof(values[0]))];
	size_t width = (size_t)1 << below(3);

	for (size_t i = 0; i < width && at + i < current_size; i++)
		current[at + i] = (uint8_t)(v >> (8 * (width - 1 - i)));
}

static void splice_seed(void)
{
	const struct input *other = &seeds[below(n_seeds)];
	size_t at = below(current_size + 1), from = below(other->size);
	size_t len = below(other->size - from + 1);

	if (len > INPUT_MAX - at)
		len = INPUT_MAX - at;
	memcpy(current + at, other->data + from, len);
	if (at + len > current_size)
		current_size = at + len;
}

static void mutate_once(void)
{
	size_t at = below(current_size), len;

	switch (below(7)) {
	case 0:
		if (current_size)
			current[at] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
		if (current_size)
			current[at] = (uint8_t)next_random();
		break;
	case 2:
		put_interesting(at);
		break;
	case 3:
		current_size = below(current_size + 1);
		break;
	case 4: /* delete */
		len = below(current_size - at + 1);
		memmove(current + at, current + at + len, current_size - at - len);
		current_size -= len;
		break;
	case 5: /* insert */
		len = below(16);
		if (current_size + len > INPUT_MAX)
			break;
		memmove(current + at + len, current + at, current_size - at);
		for (size_t i = 0; i < len; i++)
			current[at + i] = (uint8_t)next_random();
		current_size += len;
		break;
	default:
		if (n_seeds)
			splice_seed();
		break;
	}
}

static void random_runs(unsigned long runs)
{
	for (unsigned long i = 0; i < runs; i++) {
		size_t times = 1 + below(6);

		if (n_seeds) {
			load_current(&seeds[below(n_seeds)]);
		} else {
			current_size = below(512);
			for (size_t k = 0; k < current_size; k++)
				current[k] = (uint8_t)next_random();
		}
		while (times--)
			mutate_once();
		run();
	}
}

static unsigned long from_env(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static void find_corpus(const char *target)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", target);
	load(path);
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	const char *base = strrchr(argv[0], '/');
	const char *target = base ? base + 1 : argv[0];

	target += strncmp(target, "lt-", 3) == 0 ? 3 : 0;
	target += strncmp(target, "fuzz_", 5) == 0 ? 5 : 0;
	snprintf(crash_name, sizeof(crash_name), "crash-%s", target);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], on_crash);
	rng = 0x9e3779b97f4a7c15ULL ^ from_env("FUZZ_SEED", 1);

	for (int i = 1; i < argc; i++)
		load(argv[i]);
	if (argc == 1)
		find_corpus(target);
	for (size_t i = 0; i < n_seeds; i++) {
		load_current(&seeds[i]);
		run();
	}
	printf("1..%d\nok 1 - %s: %lu inputs replayed\n", argc > 1 ? 1 : 3, target, n_run);
	if (argc > 1)
		return 0;
	fflush(stdout);
	for (size_t i = 0; i < n_seeds; i++)
		every_length_and_byte(&seeds[i]);
	printf("ok 2 - %s: every length, every leading byte; %lu inputs so far\n", target, n_run);
	fflush(stdout);
	random_runs(from_env("FUZZ_RUNS", 4000));
	printf("ok 3 - %s: random mutations; %lu inputs in all\n", target, n_run);
	for (size_t i = 0; i < n_seeds; i++)
		free(seeds[i].data);
	return 0;
}
