// SPDX-License-Identifier: BSD-2-Clause

// An HTTP client and server that make their system calls without libc.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// get fetches a page n times at once and prints the sum of each distinct body.
func get(url string, n int) {
	sums := map[string]int{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			r, err := http.Get(url)
			check(err)
			h := sha256.New()
			_, err = io.Copy(h, r.Body)
			check(err)
			lock.Lock()
			sums[fmt.Sprintf("%d %x", r.StatusCode, h.Sum(nil))]++
			lock.Unlock()
		}()
	}
	all.Wait()
	for sum, count := range sums {
		fmt.Println(count, sum)
	}
}

func serve(addr string) {
	http.HandleFunc("/addr", func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintln(w, host)
	})
	http.HandleFunc("/put", func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		_, err := io.Copy(h, r.Body)
		check(err)
		fmt.Fprintf(w, "%x\n", h.Sum(nil))
	})
	http.Handle("/", http.FileServer(http.Dir(".")))
	check(http.ListenAndServe(addr, nil))
}

// udpServe answers n datagrams to where they came from.
func udpServe(addr string, n int) {
	pc, err := net.ListenPacket("udp", addr)
	check(err)
	buf := make([]byte, 2048)
	for ; n > 0; n-- {
		size, from, err := pc.ReadFrom(buf)
		check(err)
		_, err = pc.WriteTo(buf[:size], from)
		check(err)
	}
}

func udp(addr string) {
	c, err := net.Dial("udp", addr)
	check(err)
	_, err = c.Write(make([]byte, 1200))
	check(err)
	check(c.SetReadDeadline(time.Now().Add(10 * time.Second)))
	n, err := c.Read(make([]byte, 2048))
	fmt.Println(n, err)
}

// refused tells the errors of a port that nobody listens on, and of a deadline.
func refused(addr string) {
	_, err := net.Dial("tcp", addr)
	fmt.Println(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(l.(*net.TCPListener).SetDeadline(time.Now().Add(100 * time.Millisecond)))
	_, err = l.Accept()
	fmt.Println(os.IsTimeout(err))
	go func() { l.(*net.TCPListener).SetDeadline(time.Time{}); l.Accept() }()
	c, err := net.Dial("tcp", l.Addr().String())
	fmt.Println(c != nil, err)
}

func main() {
	n := 1
	if len(os.Args) > 3 {
		fmt.Sscan(os.Args[3], &n)
	}
	switch os.Args[1] {
	case "get":
		get(os.Args[2], n)
	case "serve":
		serve(os.Args[2])
	case "udp":
		udp(os.Args[2])
	case "udp-serve":
		udpServe(os.Args[2], n)
	case "refused":
		refused(os.Args[2])
	}
}
