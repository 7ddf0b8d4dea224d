// Command planpicture draws docs/plan.svg: a real plan, as a terminal shows it.
//
//	make build && go run ./scripts/planpicture [DIR]
//
// DIR is the repository, by default the current folder. The workspace is copied
// to a temporary folder and published there as of one fixed time; then two posts
// are changed, and what `bin/smmctl diff` says some days later is drawn. The
// same program on the same workspace draws the same bytes. It imports the engine
// to publish under a fixed clock; the drawing needs the standard library only.
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"path/filepath"
)

// columns is the terminal's width: longer lines are cut, as `less -S` does.
const columns = 104

func main() {
	log.SetFlags(0)
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(context.Background(), dir); err != nil {
		log.Fatal("planpicture: ", err)
	}
}

func run(ctx context.Context, dir string) error {
	binary, err := filepath.Abs(filepath.Join(dir, "bin", "smmctl"))
	if err != nil {
		return err
	}
	place, err := os.MkdirTemp("", "planpicture")
	if err != nil {
		return err
	}
	defer os.RemoveAll(place)
	if err := stage(ctx, dir, place); err != nil {
		return err
	}
	out, err := output(ctx, binary, place)
	if err != nil {
		return err
	}
	lines := append([][]span{{{text: "$ ", style: style{dim: true}}, {text: command, style: style{bold: true}}}}, parse(out)...)
	var b bytes.Buffer
	draw(&b, lines)
	return os.WriteFile(filepath.Join(dir, "docs", "plan.svg"), b.Bytes(), 0o644)
}
