package ffprobe

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/media"
)

const answered = `{"programs":[],"streams":[{"codec_name":"opus","codec_type":"audio"},{"codec_name":"vp9","codec_type":"video","width":640,"height":360}],"format":{"duration":"2.500000"}}`

func TestParse(t *testing.T) {
	t.Parallel()
	if f, err := parse([]byte(answered)); err != nil || f != (media.Film{Duration: 2500 * time.Millisecond, Codec: "vp9", Width: 640, Height: 360}) {
		t.Errorf("%+v, %v", f, err)
	}
	for _, s := range []string{`{}`, `{"format":{"duration":"N/A"}}`, `{"format":{"duration":"-1"}}`, `{"format":{"duration":"NaN"}}`, `{"format":{"duration":"1e300"}}`,
		`{"streams":[{"codec_type":"video","codec_name":"x","width":-1,"height":9999999}]}`} {
		if f, err := parse([]byte(s)); err != nil || f != (media.Film{}) {
			t.Errorf("%s: %+v, %v", s, f, err)
		}
	}
	if _, err := parse([]byte("no")); err == nil {
		t.Error("no JSON")
	}
}

// program stands for ffprobe: the arguments and the film are what it must get.
func program(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ffprobe")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAsk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // there the program is no script
	}
	good := program(t, `case "$*" in *"-protocol_whitelist pipe"*"-i pipe:0") ;; *) exit 3;; esac
read -r film; [ "$film" = "the film" ] || exit 4
[ -z "$HOME" ] || exit 5
echo '`+answered+`'`)
	if f, err := ask(good, strings.NewReader("the film\n"), time.Minute); err != nil || f.Codec != "vp9" {
		t.Errorf("%+v, %v", f, err)
	}
	for name, script := range map[string]string{
		"fails": "exit 1", "talks on": "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
		"no json": "echo hello",
	} {
		if _, err := ask(program(t, script), strings.NewReader("x"), time.Minute); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := ask(program(t, "exec sleep 600"), strings.NewReader("x"), 50*time.Millisecond); err == nil {
		t.Error("it was waited for")
	}
}
