package blueskytest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	host      = "pds.test" // the server's name, which is nowhere to be called
	jwtSecret = "a secret that only these tests have"
	startTime = 2 * time.Minute
)

// process is the directory and the PDS in one child. It can be killed and started
// again over the same folder.
type process struct {
	install, data, script, rotation string
	sweep                           bool // the child removes its folder when it ends

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the child has ended
	port string
}

// newProcess starts a child whose data lie in a new folder below temp.
func newProcess(temp string, sweep bool) (*process, error) {
	dir, err := installed()
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp(temp, "smmctl-pds-")
	if err != nil {
		return nil, err
	}
	script, err := parts.ReadFile("testdata/server.js")
	if err != nil {
		return nil, err
	}
	rotation := make([]byte, 32)
	_, _ = rand.Read(rotation) // never fails
	p := &process{install: dir, data: data, script: string(script), rotation: hex.EncodeToString(rotation), sweep: sweep}
	if err := p.start(); err != nil {
		_ = os.RemoveAll(data)
		return nil, err
	}
	return p, nil
}

func (p *process) env() []string {
	d := func(name string) string { return filepath.Join(p.data, name) }
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.data, "LOG_ENABLED=false", "NODE_PATH=" + filepath.Join(p.install, "node_modules"),
		"PDS_HOSTNAME=" + host, "PDS_SERVICE_HANDLE_DOMAINS=.test", "PDS_DEV_MODE=true", "PDS_DISABLE_SSRF_PROTECTION=true",
		"PDS_INVITE_REQUIRED=false", "PDS_DATA_DIRECTORY=" + p.data, "PDS_BLOBSTORE_DISK_LOCATION=" + d("blobs"),
		"PDS_BLOBSTORE_DISK_TMP_LOCATION=" + d("blobs-temp"), "PDS_JWT_SECRET=" + jwtSecret, "PDS_ADMIN_PASSWORD=" + p.rotation,
		"PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX=" + p.rotation,
	}
}

// start runs the child and waits until it listens.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	mode := "keep"
	if p.sweep {
		mode = "sweep"
	}
	cmd := exec.Command("node", "-e", p.script, p.data, mode)
	cmd.Dir, cmd.Env = p.data, p.env()
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	diesWithUs(cmd)
	if _, err := cmd.StdinPipe(); err != nil { // it ends when we do
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.cmd, p.done, p.port = cmd, make(chan struct{}), ""
	port := make(chan string, 1)
	go attend(cmd, out, port, p.done)
	select {
	case p.port = <-port:
	case <-time.After(startTime):
		_ = cmd.Process.Kill()
	case <-p.done:
	}
	if p.port != "" {
		return nil
	}
	<-p.done
	return fmt.Errorf("the PDS did not start: %v; %s\n%s", cmd.ProcessState, needs, tail(trouble.Bytes()))
}

// attend starts a child, says its port, and stays until it has ended: the child
// ends with the thread that started it.
func attend(cmd *exec.Cmd, out io.Reader, port chan<- string, done chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(done)
	if cmd.Start() != nil {
		return
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if p, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			port <- p
		}
	}
	_ = cmd.Wait()
}

// kill ends the child at once, as a power cut does.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd.Process != nil { // it was started
		_ = p.cmd.Process.Kill()
	}
	<-p.done
}

// stop ends the child for good and removes its folder.
func (p *process) stop() {
	p.kill()
	_ = os.RemoveAll(p.data)
}

func (p *process) url() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "http://127.0.0.1:" + p.port
}
