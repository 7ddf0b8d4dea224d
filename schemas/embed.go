// Package schemas embeds the JSON Schemas of a workspace's files.
package schemas

import "embed"

// FS holds the *.schema.json files.
//
//go:embed *.schema.json
var FS embed.FS
