# Real programs, preloaded, in a network namespace of their own.
apps_tests = \
	tests/apps/test_clients.py \
	tests/apps/test_admin.py \
	tests/apps/test_curl.py \
	tests/apps/test_daemons.py \
	tests/apps/test_databases.py \
	tests/apps/test_death.py \
	tests/apps/test_payload.py tests/apps/test_users.py \
	tests/apps/test_files.py \
	tests/apps/test_infra.py \
	tests/apps/test_look.py \
	tests/apps/test_more.py \
	tests/apps/test_names.py \
	tests/apps/test_proc.py \
	tests/apps/test_nettools.py \
	tests/apps/test_packets.py \
	tests/apps/test_proxies.py \
	tests/apps/test_reconnect.py \
	tests/apps/test_rules.py \
	tests/apps/test_runtimes.py \
	tests/apps/test_servers.py \
	tests/apps/test_services.py \
	tests/apps/test_sessions.py \
	tests/apps/test_soak.py \
	tests/apps/test_static.py \
	tests/apps/test_tools.py \
	tests/apps/test_web.py \
	tests/apps/test_steering.py \
	tests/apps/test_workers.py
# What test_static.py compiles, linked statically and by the Go compiler.
EXTRA_DIST += tests/apps/static/probe.c tests/apps/static/web.go
EXTRA_DIST += tests/apps/applab.py tests/apps/soak_programs.py $(apps_tests)
TESTS += $(apps_tests)
