package validate

import (
	"io/fs"
	"syscall"
)

// system returns the inode and the time of its last change, which no program
// can set back.
func system(info fs.FileInfo) (inode, ctime int64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int64(s.Ino), s.Ctim.Nano()
	}
	return 0, 0
}
