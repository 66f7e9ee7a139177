# Black-box tests: scapy on the TAP, a program under the shim.
conformance_tests = \
	tests/conformance/test_capture.py \
	tests/conformance/test_forward.py \
	tests/conformance/test_host.py \
	tests/conformance/test_icmp.py \
	tests/conformance/test_link.py \
	tests/conformance/test_malformed.py \
	tests/conformance/test_mutate.py \
	tests/conformance/test_options.py \
	tests/conformance/test_packet.py \
	tests/conformance/test_router.py \
	tests/conformance/test_sockets.py \
	tests/conformance/test_tcp.py \
	tests/conformance/test_udp.py \
	tests/conformance/test_vlan.py
EXTRA_DIST += tests/conformance/agent.py tests/conformance/lab.py tests/conformance/peer.py $(conformance_tests)
TESTS += $(conformance_tests)
