package process

import (
	"os/exec"
	"strings"
	"testing"
)

func TestDead(t *testing.T) {
	t.Parallel()
	self := Self()
	if self == "" {
		if Dead("boot/ns/1/1") {
			t.Fatal("a system that does not tell must never call a process dead")
		}
		return
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	child := name(cmd.Process.Pid)
	if Dead(self) || Dead(child) {
		t.Error("a running process is called dead")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if !Dead(child) {
		t.Error("a process that has ended is not called dead")
	}
	f := strings.Split(child, "/")
	for _, other := range []string{"", "x", strings.Join([]string{"another-boot", f[1], f[2], f[3]}, "/"), strings.Join([]string{f[0], "pid:[1]", f[2], f[3]}, "/")} {
		if Dead(other) {
			t.Errorf("%q is of another machine, and is called dead", other)
		}
	}
}
