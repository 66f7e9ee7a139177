# Sources, programs and tests of src/daemon.
