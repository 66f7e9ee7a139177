# Sources of the room core: list them in src_core_libcore_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/core/libcore.la
src_core_libcore_la_SOURCES =
