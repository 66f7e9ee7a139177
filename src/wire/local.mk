# Sources of the room wire: list them in src_wire_libwire_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/wire/libwire.la
src_wire_libwire_la_SOURCES =
