package scaffold

import (
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Start is what a new workspace has before it has any contents.
type Start struct {
	Brand   string
	Account string // the brand's account on the embedded site
}

// Contents are what a new workspace begins with: accounts beside that on the
// embedded site, and the files below content/.
type Contents struct {
	Accounts []AccountWish // ID and Provider are set; Brand is the workspace's
	Drivers  []*provider.Driver
	Files    []File
}

// begin lists the workspace's files: those taken over, or two posts to begin
// with.
func (w workspace) begin(o Options) ([]File, error) {
	if o.Contents == nil {
		return w.files(o.Clock.Now())
	}
	if _, err := time.LoadLocation(o.Timezone); err != nil {
		return nil, wrong("time zone %q does not exist", o.Timezone)
	}
	c, err := o.Contents(Start{w.Brand, w.Account})
	if err != nil {
		return nil, err
	}
	b := w.builder()
	for _, a := range c.Accounts {
		name := accountPath(w.Brand, a.ID)
		text, err := accountFile(a, c.Drivers, schemaOf(name))
		if err != nil {
			return nil, err
		}
		b.files = append(b.files, File{Path: name, Data: text})
	}
	return append(append(b.files, c.Files...), schemaFiles()...), b.err
}

// schemaOf leads from a file to the workspace's copies of the schemas.
func schemaOf(name string) func(kind string) string {
	return func(kind string) string { return up(name) + schemaFolder + "/" + kind + ".schema.json" }
}

// Check says what is wrong with a wish, before anything is written.
func (w AccountWish) Check(drivers []*provider.Driver) error {
	_, err := accountFile(w, drivers, schemaOf(""))
	return err
}
