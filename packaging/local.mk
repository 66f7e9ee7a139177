# Sources, programs and tests of packaging.
