package blueskytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"time"
)

// Expire has the next session get an access token that the PDS itself refuses as
// expired: signed with the server's key, and two hours old.
func (a *Account) Expire() {
	a.record.mu.Lock()
	defer a.record.mu.Unlock()
	a.record.expired = true
}

// age replaces the access token in an answer by an expired one, if asked to.
func (c *recorder) age(answer *httptest.ResponseRecorder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions++
	if !c.expired {
		return
	}
	c.expired = false
	var s map[string]any
	if json.Unmarshal(answer.Body.Bytes(), &s) != nil {
		return
	}
	token, _ := s["accessJwt"].(string)
	s["accessJwt"] = aged(token)
	b, _ := json.Marshal(s) // it was JSON
	answer.Body.Reset()
	answer.Body.Write(b)
	answer.Header().Del("Content-Length")
}

// Sessions is how often somebody signed in through the gate.
func (a *Account) Sessions() int {
	a.record.mu.Lock()
	defer a.record.mu.Unlock()
	return a.record.sessions
}

func aged(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return token
	}
	claims := map[string]any{}
	b, _ := base64.RawURLEncoding.DecodeString(parts[1])
	_ = json.Unmarshal(b, &claims)
	claims["iat"], claims["exp"] = time.Now().Add(-3*time.Hour).Unix(), time.Now().Add(-time.Hour).Unix()
	b, _ = json.Marshal(claims)
	head := parts[0] + "." + base64.RawURLEncoding.EncodeToString(b)
	mac := hmac.New(sha256.New, []byte(jwtSecret))
	mac.Write([]byte(head))
	return head + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// post is the least record of a post.
func post(text string) map[string]any {
	return map[string]any{"$type": postType, "text": text, "createdAt": time.Now().UTC().Format(time.RFC3339Nano)}
}
