libnetstack_core_la_SOURCES += src/stack.c
