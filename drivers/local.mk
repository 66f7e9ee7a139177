noinst_LIBRARIES += drivers/libdrivers.a
drivers_libdrivers_a_SOURCES = \
	drivers/capture.c \
	drivers/drivers.h \
	drivers/vfio.c drivers/vfio_host.c drivers/vfio_host.h \
	drivers/rx_copy.c drivers/rx_copy.h \
	drivers/e1000/card.c drivers/e1000/card.h \
	drivers/e1000/driver.c drivers/e1000/driver.h drivers/e1000/driver_priv.h \
	drivers/e1000/driver_ethtool.c \
	drivers/e1000/driver_hw.c \
	drivers/e1000/driver_rx.c \
	drivers/e1000/driver_tx.c \
	drivers/e1000/hw.h drivers/e1000/regs.h \
	drivers/e1000/iommu.c drivers/e1000/iommu.h \
	drivers/e1000/model.c drivers/e1000/model.h drivers/e1000/model_priv.h \
	drivers/e1000/model_eeprom.c \
	drivers/e1000/model_filter.c \
	drivers/e1000/model_intr.c \
	drivers/e1000/model_offload.c \
	drivers/e1000/model_phy.c \
	drivers/e1000/model_regs.c \
	drivers/e1000/model_rx.c \
	drivers/e1000/model_stats.c \
	drivers/e1000/model_train.c \
	drivers/e1000/model_tx.c \
	drivers/e1000/model_xmit.c \
	drivers/e1000/nic.c drivers/e1000/nic.h \
	drivers/e1000/ring_dma.c drivers/e1000/ring_dma.h \
	drivers/e1000/wire_host.c \
	drivers/e1000/wire_pair.c \
	drivers/e1000/wire_pcap.c \
	drivers/igb/driver.c drivers/igb/driver.h drivers/igb/driver_priv.h \
	drivers/igb/driver_ethtool.c \
	drivers/igb/driver_hw.c \
	drivers/igb/driver_rx.c \
	drivers/igb/driver_tx.c \
	drivers/igb/driver_vf.c drivers/igb/mbx.h drivers/igb/vf_mbx.c \
	drivers/igb/driver_vfs.c \
	drivers/igb/model.c drivers/igb/model.h drivers/igb/model_priv.h drivers/igb/regs.h \
	drivers/igb/model_intr.c \
	drivers/igb/model_pool.c \
	drivers/igb/model_regs.c \
	drivers/igb/model_rss.c \
	drivers/igb/model_rx.c \
	drivers/igb/model_tx.c \
	drivers/igb/model_vf.c \
	drivers/igb/nic_vf.c \
	drivers/join.c \
	drivers/loopback.c \
	drivers/mac.c \
	drivers/packet.c drivers/packet_priv.h \
	drivers/packet_host.c drivers/packet_host.h \
	drivers/packet_mode.c drivers/packet_mode.h \
	drivers/packet_rx.c \
	drivers/packet_tx.c \
	drivers/packet_txring.c \
	drivers/pcapng.c drivers/pcapng.h \
	drivers/remote.c \
	drivers/ring.c drivers/ring.h \
	drivers/tap.c drivers/tap_priv.h \
	drivers/tap_host.c drivers/tap_host.h \
	drivers/tap_rx.c \
	drivers/tap_tx.c \
	drivers/veth.c \
	drivers/vlan.c \
	drivers/vnet.c drivers/vnet.h \
	drivers/wire_sim.c
drivers_libdrivers_a_CFLAGS = $(AM_CFLAGS) $(URING_CFLAGS) $(PCAP_CFLAGS) $(XDP_CFLAGS)
if HAVE_XDP
drivers_libdrivers_a_SOURCES += drivers/xdp.c drivers/xdp_host.c drivers/xdp_host.h
else
drivers_libdrivers_a_SOURCES += drivers/xdp_none.c
endif
