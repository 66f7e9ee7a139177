#!/bin/sh
# The guest's first process (tests/vfio/guest.py). Two of QEMU's e1000 on one cable: one is the guest kernel's,
# the other is bound to vfio-pci and netstackd's. Prints TAP on the serial line.
CARD=0000:00:04.0 PEER=0000:00:05.0
n=0

report() { # report STATUS WHAT
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

bail() {
	echo "Bail out! $1"
	end
}

end() {
	echo "1..$n"
	echo guest-is-done
	reboot -f
}

start_daemon() { # start_daemon CARD: 0 when it is ready
	rm -f /run/ready
	mkfifo /run/ready
	/n/netstackd --control /run/n.sock --dev "vfio:$1,name=eth0" --addr 10.5.0.2/24%eth0 \
		--addr fd05::2/64%eth0 --ready-fd 3 3>/run/ready 2>/run/log &
	daemon=$!
	read -r line </run/ready
}

shim() { /n/netstack run --control /run/n.sock -- "$@"; }
stat() { /n/netstack stat --control /run/n.sock --dev; }

# A file from one side to the other: the program that listens, then the one that connects.
send() { # send WHAT HOST LISTEN CONNECT
	rm -f /run/got
	$3 /bin/socat -u "TCP6-LISTEN:9000,ipv6only=0" OPEN:/run/got,creat &
	sleep 3
	$4 /bin/socat -u OPEN:/run/file "TCP:$2:9000"
	wait $!
	cmp /run/file /run/got
	report $? "$1"
}
native() { "$@"; }

mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t tmpfs none /run
mkdir -p /tmp
mount -t tmpfs none /tmp
for m in irqbypass vfio vfio_virqfd vfio_iommu_type1 vfio-pci-core vfio-pci; do
	insmod "/m/$m.ko" || bail "module $m"
done
echo vfio-pci >/sys/bus/pci/devices/$CARD/driver_override
echo $CARD >/sys/bus/pci/drivers_probe
[ -e /sys/bus/pci/drivers/vfio-pci/$CARD ] || bail "vfio-pci does not take the card"
[ -e /sys/bus/pci/devices/$CARD/iommu_group ] || bail "there is no IOMMU"
insmod /m/e1000.ko || bail "module e1000"
ip link set lo up
ip addr add 10.5.0.1/24 dev eth0
ip -6 addr add fd05::1/64 dev eth0
ip link set eth0 up
dd if=/dev/urandom of=/run/file bs=64k count=24 2>/dev/null

start_daemon $PEER
report $((! $?)) "a card that the kernel drives is refused"
grep "vfio-pci is not its driver" /run/log
report $? "and that is said"
start_daemon $CARD
ready=$?
report $ready "the daemon has the card"
[ $ready = 0 ] || { cat /run/log; end; }
ping -c 3 -w 20 10.5.0.2 >/run/ping
report $? "ping"
ping -c 3 -w 20 -s 4000 10.5.0.2 >/run/ping
report $? "ping of more than a frame"
sleep 2
ping6 -c 3 -w 20 fd05::2 >/run/ping
report $? "ping over IPv6"
send "a file towards the stack" 10.5.0.2 shim native
send "a file from the stack" 10.5.0.1 native shim
send "a file towards the stack over IPv6" "[fd05::2]" shim native
send "a file from the stack over IPv6" "[fd05::1]" native shim
stat >/run/stat
sed 's/^/# /' /run/stat
grep -q 'tx_tcp_seg_good: *[1-9]' /run/stat && grep -q 'interrupts: *[1-9]' /run/stat
report $? "it cut TCP packets and interrupted"
kill $daemon
wait $daemon
dmesg | grep -i "DMAR.*fault"
report $((! $?)) "the card reached for nothing else"
start_daemon $CARD
report $? "it is there again when the daemon ends"
ping -c 3 -w 20 10.5.0.2 >/run/ping
report $? "and works"
end
