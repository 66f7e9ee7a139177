# Sources, programs and tests of tests/sim.
