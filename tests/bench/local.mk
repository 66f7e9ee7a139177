# Sources, programs and tests of tests/bench.
