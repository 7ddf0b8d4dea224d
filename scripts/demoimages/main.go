// Command demoimages draws the pictures of this repository's own workspace (content/smmctl/*/media).
// It takes no input but its own source, so the same toolchain draws the same bytes:
//
//	go run ./scripts/demoimages [DIR]
//
// DIR is the workspace, by default the current folder.
package main

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"image/png"
	"log"
	"os"
	"path/filepath"
)

// pictures names each file, under content/smmctl, and what draws it.
var pictures = []struct {
	file string
	draw func(*canvas)
}{
	{"2026-10/media/plan-in-a-terminal.png", planInATerminal},
	{"2026-10/media/one-key.png", oneKey},
	{"2026-10/media/step-1-write.png", stepWrite},
	{"2026-10/media/step-2-review.png", stepReview},
	{"2026-10/media/step-3-merge.png", stepMerge},
	{"2026-11/media/ledger-branch.png", ledgerBranch},
	{"2026-11/media/calendar-november.png", calendarNovember},
	{"2026-11/media/time-zones.png", timeZones},
	{"2026-12/media/states.png", states},
	{"2026-12/media/calendar-december.png", calendarDecember},
	{"2026-12/media/year.jpg", year},
}

func main() {
	log.SetFlags(0)
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for _, p := range pictures {
		file := filepath.Join(dir, "content", "smmctl", filepath.FromSlash(p.file))
		size, err := write(file, p.draw)
		if err != nil {
			log.Fatalf("%s: %v", p.file, err)
		}
		fmt.Printf("%-40s %4d KB\n", p.file, (size+1023)/1024)
	}
}

// write draws one picture and encodes it as its file name's extension says. It gives the size in bytes.
func write(file string, draw func(*canvas)) (int, error) {
	c := newCanvas(1200, 675)
	draw(c)
	var buf bytes.Buffer
	var err error
	if filepath.Ext(file) == ".jpg" {
		err = jpeg.Encode(&buf, c.img, &jpeg.Options{Quality: 88})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&buf, c.img)
	}
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return 0, err
	}
	return buf.Len(), os.WriteFile(file, buf.Bytes(), 0o644)
}
