package telegram

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// locate implements Account.Locate: https://t.me/acme_news/7, or 17,18,19 for an
// album; https://t.me/c/1234567890/7 of a chat without a public name; or the
// number alone. An address of another chat is refused: its number would be taken
// for a message of this one, and edited or deleted.
func (l *login) locate(address string) (string, error) {
	address = strings.TrimSpace(address)
	if parseIDs(address) != nil {
		return address, nil
	}
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Host, "t.me") && !strings.EqualFold(u.Host, "telegram.me") {
		return "", fmt.Errorf("%q is no address of a message: want https://t.me/…", address)
	}
	chat, id, ok := cutLast(strings.Trim(u.Path, "/"))
	if !ok || parseIDs(id) == nil {
		return "", fmt.Errorf("%q names no message: want its number at the end", address)
	}
	if own := strings.TrimPrefix(strconv.FormatInt(l.chat.ID, 10), "-100"); !strings.EqualFold(chat, l.chat.Username) && chat != "c/"+own || chat == "" {
		return "", fmt.Errorf("%q is a message of another chat: this account is %s", address, l.chat.handle())
	}
	return id, nil
}

func cutLast(path string) (before, after string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}
