# A card of a QEMU guest, given to netstackd by VFIO.
TESTS += tests/vfio/guest.py
EXTRA_DIST += tests/vfio/guest.py tests/vfio/init.sh
