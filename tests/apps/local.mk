# Sources, programs and tests of tests/apps.
