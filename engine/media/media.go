// Package media describes media files by their content, not by their extension:
// type, size in pixels and bytes, digest. It imports content and the standard
// library, and golang.org/x/image.
package media
