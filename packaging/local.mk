# What distributions want: a systemd unit, a pkg-config file, an example configuration.
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = netstack.pc

exampledir = $(docdir)/examples
dist_example_DATA = packaging/netstackd.conf

if INSTALL_UNIT
systemdsystemunit_DATA = packaging/netstackd.service
endif
packaging/netstackd.service: packaging/netstackd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' $(srcdir)/packaging/netstackd.service.in >$@.tmp && \
		mv $@.tmp $@
CLEANFILES += packaging/netstackd.service
EXTRA_DIST += packaging/netstackd.service.in packaging/netstack.pc.in
