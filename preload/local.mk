# Sources, programs and tests of preload.
