# The demonstration of ./bootstrap demo.
EXTRA_DIST += examples/demo.sh
