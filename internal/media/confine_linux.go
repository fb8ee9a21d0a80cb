//go:build linux && (amd64 || arm64)

package media

import (
	"errors"
	"runtime"
	"syscall"
	"unsafe"
)

// Numbers of Linux that package syscall does not have.
const (
	prSetNoNewPrivs   = 38
	seccompFilter     = 1 // SECCOMP_SET_MODE_FILTER
	seccompAllThreads = 1 // SECCOMP_FILTER_FLAG_TSYNC
	seccompAllow      = 0x7fff0000
	seccompErrno      = 0x00050000
	ioUringSetup      = 425 // on both architectures
)

// callNumbers are the architecture's mark and its numbers of seccomp and socket.
func callNumbers() (mark uint32, seccomp uintptr, socket uint32) {
	if runtime.GOARCH == "arm64" {
		return 0xc00000b7, 277, 198
	}
	return 0xc000003e, 317, 41
}

// refuseSockets installs a filter under which no socket can be made, by this
// process or by any it starts. Where the kernel has no filters nothing is
// refused: the worker has no reason to make one, this is a second lock.
func refuseSockets() error {
	mark, seccomp, socket := callNumbers()
	jeq := func(k uint32, yes, no uint8) syscall.SockFilter {
		return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, Jt: yes, Jf: no, K: k}
	}
	load := func(at uint32) syscall.SockFilter {
		return syscall.SockFilter{Code: syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, K: at}
	}
	ret := func(k uint32) syscall.SockFilter {
		return syscall.SockFilter{Code: syscall.BPF_RET | syscall.BPF_K, K: k}
	}
	prog := []syscall.SockFilter{
		load(4), jeq(mark, 0, 4), // another architecture's numbers are refused
		load(0), jeq(socket, 2, 0), jeq(ioUringSetup, 1, 0),
		ret(seccompAllow),
		ret(seccompErrno | uint32(syscall.EPERM)),
	}
	// From mark's "no": skip load, two tests and allow.
	f := syscall.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); e != 0 {
		return nil
	}
	_, _, e := syscall.RawSyscall(seccomp, seccompFilter, seccompAllThreads, uintptr(unsafe.Pointer(&f)))
	runtime.KeepAlive(prog)
	if e != 0 && !errors.Is(e, syscall.ENOSYS) && !errors.Is(e, syscall.EINVAL) && !errors.Is(e, syscall.EPERM) {
		return e
	}
	return nil
}
