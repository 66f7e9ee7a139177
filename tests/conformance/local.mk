# Black-box tests: scapy on the TAP, a program under the shim.
conformance_tests =
EXTRA_DIST += tests/conformance/agent.py tests/conformance/lab.py $(conformance_tests)
TESTS += $(conformance_tests)
