package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// user is a bot.
type user struct {
	ID    int64 `json:"id"`
	IsBot bool  `json:"is_bot"`
}

// chat is a channel or a group.
type chat struct {
	ID          int64  `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Username    string `json:"username"`
	Description string `json:"description"`
	Photo       *struct {
		Big string `json:"big_file_unique_id"`
	} `json:"photo"`
	Permissions *struct {
		Send bool `json:"can_send_messages"`
	} `json:"permissions"`
}

// handle names the chat to people.
func (c chat) handle() string {
	if name := "@" + c.Username; namePattern.MatchString(name) {
		return name
	}
	return plain(c.Title)
}

// address is where a message is read: for members only where the chat has no
// public name, and nowhere in a basic group.
func (c chat) address(message int64) string {
	if namePattern.MatchString("@" + c.Username) {
		return fmt.Sprintf("https://t.me/%s/%d", c.Username, message)
	}
	if id, ok := strings.CutPrefix(strconv.FormatInt(c.ID, 10), "-100"); ok {
		return fmt.Sprintf("https://t.me/c/%s/%d", id, message)
	}
	return ""
}

var (
	namePattern = regexp.MustCompile(`^@[A-Za-z][A-Za-z0-9_]{2,31}$`)
	idPattern   = regexp.MustCompile(`^-[0-9]{1,16}$`)
)

// chatOption reads an account's option chat, as chat_id takes it.
func chatOption(v any) (any, error) {
	text := ""
	switch v := v.(type) {
	case nil:
		return nil, errors.New("it is missing: write the channel's @name or its numeric id")
	case string:
		text = strings.TrimSpace(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		text = fmt.Sprint(v)
	}
	switch {
	case namePattern.MatchString(text):
		return text, nil
	case idPattern.MatchString(text):
		return strconv.ParseInt(text, 10, 64)
	}
	return nil, fmt.Errorf("%q is neither a channel's @name nor the numeric id of a channel or group, such as -1001234567890", text)
}

// whoAmI reads the bot that the token belongs to, and the server's clock.
func (l *login) whoAmI(ctx context.Context) (user, time.Time, error) {
	const op = "sign in"
	var me user
	resp, err := l.do(ctx, call{op: op, method: "getMe", params: map[string]any{}, read: true}, &me)
	strange := resp != nil && err != nil && resp.Status < 500 && !isAPI(resp.Body)
	if strange || err == nil && (me.ID == 0 || !me.IsBot) {
		return user{}, time.Time{}, provider.Refused(op, "%s does not answer as the Bot API", l.server())
	}
	if err != nil {
		return user{}, time.Time{}, err
	}
	return me, resp.Date, nil
}

// isAPI reports whether a refusal has the API's form.
func isAPI(body []byte) bool {
	var a answer
	return lenient(body, &a) == nil && a.Code != 0
}

// findChat reads a chat, by its name or its id.
func (l *login) findChat(ctx context.Context, op string, target any) (chat, error) {
	op += ": find the chat"
	var c chat
	resp, err := l.do(ctx, call{op: op, method: "getChat", params: map[string]any{"chat_id": target}, read: true}, &c)
	var e *provider.Error
	if errors.As(err, &e) && e.Status == http.StatusBadRequest {
		e.Err = fmt.Errorf("options.chat: %v: %w (is the bot in it?)", target, e.Err)
	}
	if err != nil {
		return chat{}, err
	}
	if c.ID == 0 {
		return chat{}, &provider.Error{Kind: provider.Unsent, Op: op, Status: resp.Status, Err: errors.New("the answer names no chat")}
	}
	switch c.Type {
	case "channel", "supergroup", "group":
	default:
		return chat{}, provider.Refused(op, "options.chat: %v is no channel or group", target)
	}
	return c, nil
}

// member is what a bot is in a chat, with the rights that matter here.
type member struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"`
	Post     bool   `json:"can_post_messages"`
	Edit     bool   `json:"can_edit_messages"`
	Delete   bool   `json:"can_delete_messages"`
	Pin      bool   `json:"can_pin_messages"`
	Info     bool   `json:"can_change_info"`
	Send     bool   `json:"can_send_messages"`
}

// access reads what the bot may do in the chat. Where it may not even ask, it is
// no administrator.
func (l *login) access(ctx context.Context, bot int64) (provider.Access, error) {
	var m member
	params := map[string]any{"chat_id": l.chat.ID, "user_id": bot}
	_, err := l.do(ctx, call{op: "open: read the bot's rights", method: "getChatMember", params: params, read: true}, &m)
	switch {
	case provider.Is(err, provider.Rejected), provider.Is(err, provider.NotFound):
		m = member{Status: "member"}
	case err != nil:
		return provider.Access{}, err
	}
	return m.access(l.chat), nil
}

func (m member) access(c chat) provider.Access {
	var a provider.Access
	for _, right := range []struct {
		name string
		has  bool
	}{
		{"can_post_messages", m.Post}, {"can_edit_messages", m.Edit}, {"can_delete_messages", m.Delete},
		{"can_pin_messages", m.Pin}, {"can_change_info", m.Info}, {"can_send_messages", m.mayWrite(c)},
	} {
		if right.has {
			a.Can = append(a.Can, right.name)
		}
	}
	switch {
	case m.Status == "left" || m.Status == "kicked" || m.Status == "restricted" && !m.IsMember:
		a.Lacks = []string{"membership"}
	case c.Type == "channel" && !m.Post && m.Status != "creator":
		a.Lacks = []string{"can_post_messages"}
	case c.Type != "channel" && !m.mayWrite(c):
		a.Lacks = []string{"can_send_messages"}
	}
	return a
}

// mayWrite reports whether the bot may send into a group.
func (m member) mayWrite(c chat) bool {
	switch {
	case c.Type == "channel":
		return false
	case m.Status == "creator" || m.Status == "administrator":
		return true
	case m.Status == "restricted":
		return m.Send && m.IsMember
	}
	return m.Status == "member" && (c.Permissions == nil || c.Permissions.Send)
}
