# Descriptor rings, the e1000 model and its driver.
unit_drivers = \
	tests/unit/drivers/test_e1000_driver \
	tests/unit/drivers/test_e1000_qemu \
	tests/unit/drivers/test_e1000_regs \
	tests/unit/drivers/test_e1000_regs_qemu \
	tests/unit/drivers/test_igb_model \
	tests/unit/drivers/test_igb_vf \
	tests/unit/drivers/test_nic_train \
	tests/unit/drivers/test_packet \
	tests/unit/drivers/test_iommu \
	tests/unit/drivers/test_lro \
	tests/unit/drivers/test_ring \
	tests/unit/drivers/test_igbvf \
	tests/unit/drivers/test_tap \
	tests/unit/drivers/test_veth \
	tests/unit/drivers/test_vlan \
	tests/unit/drivers/test_vnet \
	tests/unit/drivers/test_xdp
check_PROGRAMS += $(unit_drivers)
TESTS += $(unit_drivers)
tests_unit_drivers_test_e1000_driver_SOURCES = tests/unit/drivers/test_e1000_driver.c
tests_unit_drivers_test_e1000_driver_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_e1000_driver_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_iommu_SOURCES = tests/unit/drivers/test_iommu.c
tests_unit_drivers_test_iommu_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_iommu_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_lro_SOURCES = tests/unit/drivers/test_lro.c
tests_unit_drivers_test_lro_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_lro_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_ring_SOURCES = tests/unit/drivers/test_ring.c
tests_unit_drivers_test_ring_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_ring_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_packet_SOURCES = tests/unit/drivers/test_packet.c
tests_unit_drivers_test_packet_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_packet_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
EXTRA_DIST += tests/unit/drivers/hostnet.h tests/unit/drivers/tcp_packet.h
tests_unit_drivers_test_xdp_SOURCES = tests/unit/drivers/test_xdp.c
tests_unit_drivers_test_xdp_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_xdp_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_vnet_SOURCES = tests/unit/drivers/test_vnet.c
tests_unit_drivers_test_vnet_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_vnet_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_igbvf_SOURCES = tests/unit/drivers/test_igbvf.c
tests_unit_drivers_test_igbvf_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_igbvf_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_tap_SOURCES = tests/unit/drivers/test_tap.c
tests_unit_drivers_test_tap_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_tap_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_veth_SOURCES = tests/unit/drivers/test_veth.c
tests_unit_drivers_test_veth_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_veth_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_vlan_SOURCES = tests/unit/drivers/test_vlan.c
tests_unit_drivers_test_vlan_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_vlan_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_e1000_qemu_SOURCES = tests/unit/drivers/test_e1000_qemu.c
tests_unit_drivers_test_e1000_qemu_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_e1000_qemu_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
EXTRA_DIST += tests/unit/drivers/qtest.h

# One suite of registers, descriptors and interrupts, on our model and on QEMU's cards.
nic_suite = \
	tests/unit/drivers/nic_board.c tests/unit/drivers/nic_board.h \
	tests/unit/drivers/nic_cases.def tests/unit/drivers/nic_cases.h \
	tests/unit/drivers/nic_cases_core.c \
	tests/unit/drivers/nic_cases_intr.c \
	tests/unit/drivers/nic_cases_link.c \
	tests/unit/drivers/nic_cases_rx.c \
	tests/unit/drivers/nic_cases_tx.c
tests_unit_drivers_test_e1000_regs_SOURCES = tests/unit/drivers/test_e1000_regs.c \
	tests/unit/drivers/nic_board_model.c tests/unit/drivers/nic_board_model.h $(nic_suite)
tests_unit_drivers_test_e1000_regs_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_e1000_regs_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_e1000_regs_qemu_SOURCES = tests/unit/drivers/test_e1000_regs_qemu.c \
	tests/unit/drivers/nic_board_qtest.c $(nic_suite)
tests_unit_drivers_test_e1000_regs_qemu_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_e1000_regs_qemu_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
igb_bench = tests/unit/drivers/igb_board.h \
	tests/unit/drivers/nic_board.c tests/unit/drivers/nic_board.h \
	tests/unit/drivers/nic_board_model.c tests/unit/drivers/nic_board_model.h
tests_unit_drivers_test_nic_train_SOURCES = tests/unit/drivers/test_nic_train.c $(igb_bench)
tests_unit_drivers_test_nic_train_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_nic_train_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_igb_model_SOURCES = tests/unit/drivers/test_igb_model.c $(igb_bench)
tests_unit_drivers_test_igb_model_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_igb_model_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_drivers_test_igb_vf_SOURCES = tests/unit/drivers/test_igb_vf.c $(igb_bench)
tests_unit_drivers_test_igb_vf_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_drivers_test_igb_vf_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
