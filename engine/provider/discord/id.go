package discord

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// place is where a message is: its id and, in a thread, the thread's.
type place struct{ thread, message string }

// parseID reads an object's id: a message's, after "thread/" where it is in a
// thread. The address of a message will do, too.
func (l *login) parseID(id string) (place, bool) {
	if u, err := url.Parse(id); err == nil && u.Host != "" {
		id = path.Base(path.Dir(u.Path)) + "/" + path.Base(u.Path)
	}
	thread, message, inThread := strings.Cut(id, "/")
	if !inThread {
		thread, message = "", id
	}
	if !isSnowflake(message) || inThread && !isSnowflake(thread) {
		return place{}, false
	}
	if thread == l.channel {
		thread = ""
	}
	return place{thread, message}, true
}

// objectID names a message of a channel, which is a thread's where it is not the
// webhook's own.
func (l *login) objectID(channel, message string) string {
	if channel == l.channel {
		return message
	}
	return channel + "/" + message
}

func (p place) query() url.Values {
	if p.thread == "" {
		return nil
	}
	return url.Values{"thread_id": {p.thread}}
}

func (p place) path() string { return "/messages/" + p.message }

// isSnowflake reports whether s has the form of an id (SnowflakeType of the
// specification): a number of 64 bits without leading zeros.
func isSnowflake(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil && (s == "0" || s[0] != '0' && s[0] != '+')
}

// epochMillis is the beginning of 2015, from which ids count (reference,
// Snowflakes, 2026-08-06).
const epochMillis = 1_420_070_400_000

// createdAt is the moment that an id was made in, to the millisecond.
func createdAt(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epochMillis).UTC()
}
