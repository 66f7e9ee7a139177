# Sources, programs and tests of src/cli.
