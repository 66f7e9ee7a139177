# Sources, programs and tests of tests/tidy.
