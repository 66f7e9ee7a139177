# Sources, programs and tests of drivers.
