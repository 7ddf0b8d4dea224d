// Package process names this process so that another run on the same machine
// can tell that it has ended: the machine's boot, the pid namespace, the pid and
// its start time. Where the system does not tell, the name is empty and nobody
// may conclude anything. It imports only the standard library.
package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Self returns this process's name, or "".
func Self() string { return name(os.Getpid()) }

// Dead reports whether the process of that name is known to have ended: it was
// of this boot and this pid namespace, and is not running.
func Dead(of string) bool {
	self := Self()
	f := strings.Split(of, "/")
	if self == "" || len(f) != 4 {
		return false
	}
	s := strings.Split(self, "/")
	pid, err := strconv.Atoi(f[2])
	if err != nil || pid <= 0 || f[0] != s[0] || f[1] != s[1] {
		return false
	}
	return name(pid) != of
}

// name reads Linux's /proc; elsewhere it is empty.
func name(pid int) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	ns, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return fmt.Sprintf("%s/%s/%d/gone", strings.TrimSpace(string(boot)), ns, pid)
	}
	// The command's name, in parentheses, may hold anything; the start time is
	// the twentieth field after it. A zombie has ended.
	rest := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(rest) < 20 || rest[0] == "Z" {
		return fmt.Sprintf("%s/%s/%d/gone", strings.TrimSpace(string(boot)), ns, pid)
	}
	return fmt.Sprintf("%s/%s/%d/%s", strings.TrimSpace(string(boot)), ns, pid, rest[19])
}
