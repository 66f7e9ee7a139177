#!/usr/bin/env bash
# run-long.sh FUZZ-BUILD RESULT-DIRECTORY
# Runs each libFuzzer target of a build made with --enable-fuzzers for FUZZ_SECONDS (default 60)
# from its corpus in tests/fuzz/corpus, and leaves one .trs result per target for tests/summary.
set -u
build=$1 results=$2/stages
here=$(cd "$(dirname "$0")" && pwd)
seconds=${FUZZ_SECONDS:-60}
failed=0 ran=0
mkdir -p "$results"
for binary in "$build"/tests/fuzz/fuzz_*; do
	[ -f "$binary" ] && [ -x "$binary" ] || continue
	name=$(basename "$binary")
	ran=$((ran + 1))
	found=$build/corpus/$name
	mkdir -p "$found"
	seeds=$here/corpus/${name#fuzz_}
	dict=$here/dict/${name#fuzz_}.dict
	args=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
		-artifact_prefix="$build/$name-")
	[ -e "$dict" ] && args+=(-dict="$dict")
	dirs=("$found")
	[ -d "$seeds" ] && dirs+=("$seeds")
	echo "== $name, $seconds s"
	if "$binary" "${args[@]}" "${dirs[@]}" >"$build/$name.out" 2>&1; then
		echo ":test-result: PASS $name $seconds s" >"$results/long-$name.trs"
		grep -E 'number_of_executed_units|new_units_added' "$build/$name.out"
	else
		failed=1
		echo ":test-result: FAIL $name ($build/$name.out)" >"$results/long-$name.trs"
		tail -40 "$build/$name.out"
	fi
done
if [ $ran = 0 ]; then
	echo ":test-result: FAIL no fuzz target was built" >"$results/long-fuzz.trs"
	failed=1
fi
exit $failed
