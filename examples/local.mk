# Sources, programs and tests of examples.
