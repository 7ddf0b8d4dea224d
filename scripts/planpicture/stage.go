package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/provider/all"
)

const command = "smmctl diff --now 2026-12-23T10:00"

// published is when the workspace is published before it is changed.
var published = time.Date(2026, 12, 21, 12, 0, 0, 0, time.UTC)

// edits are what somebody changes afterwards.
var edits = []struct{ file, old, new string }{
	{"content/smmctl/2026-12/git-log-as-publication-log.md", "Somebody asks that in every Monday meeting.", "Somebody asks in every Monday meeting, and nobody knows."},
	{"content/smmctl/2026-12/pull-the-plug.md", "status: ready\n", "status: ready\nretract: true\n"},
}

// stage copies the workspace in dir to place, publishes it there and edits it.
func stage(ctx context.Context, dir, place string) error {
	for _, name := range []string{"content", "strategies"} {
		if err := os.CopyFS(filepath.Join(place, name), os.DirFS(filepath.Join(dir, name))); err != nil {
			return err
		}
	}
	config, err := os.ReadFile(filepath.Join(dir, "smm.yaml"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(place, "smm.yaml"), config, 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "The workspace"}} {
		if _, err := program(ctx, place, "git", args...); err != nil {
			return err
		}
	}
	if err := publish(ctx, place); err != nil {
		return err
	}
	for _, e := range edits {
		if err := replace(filepath.Join(place, filepath.FromSlash(e.file)), e.old, e.new); err != nil {
			return err
		}
	}
	return nil
}

func publish(ctx context.Context, place string) error {
	e, err := engine.Open(place, engine.Options{Drivers: all.Drivers(), Clock: stopped(published), NewRunID: func() string { return "picture" }})
	if err != nil {
		return err
	}
	_, err = e.Apply(ctx, engine.ApplyOptions{})
	return err
}

// stopped is a clock that stands still; its sleeps are over at once.
type stopped time.Time

func (s stopped) Now() time.Time                                   { return time.Time(s) }
func (s stopped) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func replace(name, before, after string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if strings.Count(string(text), before) != 1 {
		return fmt.Errorf("%s: %q is not there once", name, before)
	}
	return os.WriteFile(name, []byte(strings.Replace(string(text), before, after, 1)), 0o644)
}

// output runs the built program as a terminal would.
func output(ctx context.Context, binary, place string) ([]byte, error) {
	return program(ctx, place, binary, strings.Fields(command)[1:]...)
}

func program(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "FORCE_COLOR=1", "NO_COLOR=", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=picture", "GIT_AUTHOR_EMAIL=picture@example.org", "GIT_COMMITTER_NAME=picture", "GIT_COMMITTER_EMAIL=picture@example.org")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, bytes.TrimSpace(problem.Bytes()))
	}
	return out, nil
}
