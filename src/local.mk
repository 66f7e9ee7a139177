src_libstack_a_SOURCES = src/stack.c
