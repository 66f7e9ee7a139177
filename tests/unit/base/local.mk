# Containers and arithmetic, each against a slow twin.
unit_base = \
	tests/unit/base/test_csum \
	tests/unit/base/test_hash \
	tests/unit/base/test_list \
	tests/unit/base/test_misc \
	tests/unit/base/test_queue \
	tests/unit/base/test_rbtree \
	tests/unit/base/test_wheel
check_PROGRAMS += $(unit_base)
TESTS += $(unit_base)
tests_unit_base_test_csum_SOURCES = tests/unit/base/test_csum.c
tests_unit_base_test_csum_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_csum_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_hash_SOURCES = tests/unit/base/test_hash.c
tests_unit_base_test_hash_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_hash_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_list_SOURCES = tests/unit/base/test_list.c
tests_unit_base_test_list_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_list_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_misc_SOURCES = tests/unit/base/test_misc.c
tests_unit_base_test_misc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_misc_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_queue_SOURCES = tests/unit/base/test_queue.c
tests_unit_base_test_queue_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_queue_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_rbtree_SOURCES = tests/unit/base/test_rbtree.c
tests_unit_base_test_rbtree_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_rbtree_LDADD = src/base/libbase.a $(CRITERION_LIBS)
tests_unit_base_test_wheel_SOURCES = tests/unit/base/test_wheel.c
tests_unit_base_test_wheel_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_base_test_wheel_LDADD = src/base/libbase.a $(CRITERION_LIBS)
