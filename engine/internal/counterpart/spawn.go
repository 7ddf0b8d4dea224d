package counterpart

import (
	"os/exec"
	"runtime"
)

// spawner starts every child from one thread that never ends: on Linux a child
// ends with the thread that started it, and so with the test binary only.
var spawner = func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
}()

// Spawn starts a child that does not outlive this process, where the system can
// see to that. On Linux it leads a process group of its own.
func Spawn(cmd *exec.Cmd) error {
	endsWithUs(cmd)
	done := make(chan error)
	spawner <- func() { done <- cmd.Start() }
	return <-done
}
