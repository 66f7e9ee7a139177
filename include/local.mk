# Sources, programs and tests of include.
