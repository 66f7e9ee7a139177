# Sources, programs and tests of tests/fuzz.
