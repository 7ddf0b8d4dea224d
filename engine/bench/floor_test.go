package bench

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/schemas"
)

// readHash reads every file of the workspace and hashes it, with two workers:
// the floor of a run that goes by content.
func readHash(fsys fs.FS) error {
	return each(fsys, func(_ string, data []byte) error {
		sha256.Sum256(data)
		return nil
	})
}

// bare is the bare pipeline: read, decode once to a Node, convert by hand to
// plain values, validate once against the schema, with two workers. It knows
// nothing of references, networks or times.
func bare(fsys fs.FS) error {
	post, err := compile("post.schema.json")
	if err != nil {
		return err
	}
	plan, err := compile("plan.schema.json")
	if err != nil {
		return err
	}
	return each(fsys, func(path string, data []byte) error {
		switch {
		case strings.HasSuffix(path, ".md"):
			_, rest, _ := bytes.Cut(data, []byte("---\n"))
			front, _, _ := bytes.Cut(rest, []byte("\n---\n"))
			return bareOne(path, front, post)
		case strings.HasSuffix(path, "/plan.yaml"):
			return bareOne(path, data, plan)
		}
		return nil
	})
}

func bareOne(path string, src []byte, schema *jsonschema.Schema) error {
	var n yaml.Node
	if err := yaml.Unmarshal(src, &n); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := schema.Validate(plain(&n)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func compile(name string) (*jsonschema.Schema, error) {
	src, err := schemas.FS.ReadFile(name)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if err := c.AddResource(name, bytes.NewReader(src)); err != nil {
		return nil, err
	}
	return c.Compile(name)
}

// plain converts a Node to what a schema can be asked about.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(c)
		}
		return list
	}
	return scalar(n)
}

func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!bool":
		return n.Value == "true"
	case "!!null":
		return nil
	case "!!int", "!!float":
		var f float64
		if n.Decode(&f) == nil {
			return f
		}
	}
	return n.Value
}

// each reads every file with two workers.
func each(fsys fs.FS, use func(path string, data []byte) error) error {
	paths := make(chan string, 256)
	var once sync.Once
	var first error
	fail := func(err error) { once.Do(func() { first = err }) }
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for p := range paths {
				data, err := fs.ReadFile(fsys, p)
				if err == nil {
					err = use(p, data)
				}
				if err != nil {
					fail(err)
				}
			}
		})
	}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths <- p
		}
		return err
	})
	close(paths)
	wg.Wait()
	if err != nil {
		return err
	}
	return first
}
