noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/assert.c \
	src/base/assert.h \
	src/base/base.h \
	src/base/bitmap.c \
	src/base/bitmap.h \
	src/base/crc32c.c \
	src/base/crc32c.h \
	src/base/csum.c \
	src/base/csum.h \
	src/base/dql.c \
	src/base/dql.h \
	src/base/endian.h \
	src/base/fifo.h \
	src/base/hash.h \
	src/base/hlist.h \
	src/base/list.h \
	src/base/list_sort.c \
	src/base/list_sort.h \
	src/base/minmax.c \
	src/base/minmax.h \
	src/base/prefetch.h \
	src/base/prng.c \
	src/base/prng.h \
	src/base/rbtree.c \
	src/base/rbtree.h \
	src/base/seq.h \
	src/base/siphash.c \
	src/base/siphash.h \
	src/base/strbuf.c \
	src/base/strbuf.h \
	src/base/toeplitz.c \
	src/base/toeplitz.h \
	src/base/types.h \
	src/base/wheel.c \
	src/base/wheel.h
