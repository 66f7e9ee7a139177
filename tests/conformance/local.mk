# Sources, programs and tests of tests/conformance.
