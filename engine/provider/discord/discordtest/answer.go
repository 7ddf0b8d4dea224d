package discordtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object.
type object = map[string]any

// answer is what a request gets.
type answer struct {
	status int
	body   any // nil: none
	bucket string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// failure words an error as Discord does (topics/opcodes-and-status-codes,
// 2026-08-06).
func failure(status, code int, message string) *answer {
	return &answer{status: status, body: object{"message": message, "code": code}}
}

// badForm is an "invalid form body": path, with dots, is the field's.
func badForm(path, code, message string) *answer {
	var tree any = object{"_errors": []object{{"code": code, "message": message}}}
	if path != "" {
		parts := strings.Split(path, ".")
		for i := len(parts) - 1; i >= 0; i-- {
			tree = object{parts[i]: tree}
		}
	}
	return &answer{status: http.StatusBadRequest, body: object{"message": "Invalid Form Body", "code": 50035, "errors": tree}}
}

func (s *Server) send(w http.ResponseWriter, a answer) {
	h, now := w.Header(), s.now()
	h.Set("Date", now.Add(s.o.Skew).Format(http.TimeFormat))
	h.Set("X-RateLimit-Limit", "5")
	h.Set("X-RateLimit-Remaining", "4")
	h.Set("X-RateLimit-Reset", strconv.FormatFloat(float64(now.Add(s.o.Skew+2*time.Second).UnixMilli())/1000, 'f', 3, 64))
	h.Set("X-RateLimit-Reset-After", "2.000")
	h.Set("X-RateLimit-Bucket", a.bucket)
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	b, err := json.Marshal(a.body)
	must(err)
	h.Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(b)
}

// throttled answers as Discord does to who asks too often (topics/rate-limits,
// 2026-08-06), and remembers until when nothing must come.
func (s *Server) throttled(w http.ResponseWriter, after time.Duration) {
	if after <= 0 {
		after = time.Second
	}
	s.mu.Lock()
	s.until = s.now().Add(after)
	body := object{"message": "You are being rate limited.", "retry_after": after.Seconds(), "global": false}
	if c := complaintOf("RatelimitedResponse", body); c != "" {
		s.complain(c)
	}
	s.mu.Unlock()
	h := w.Header()
	h.Set("Date", s.now().Add(s.o.Skew).Format(http.TimeFormat))
	h.Set("Content-Type", "application/json")
	h.Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	h.Set("X-RateLimit-Limit", "5")
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(after.Seconds(), 'f', 3, 64))
	h.Set("X-RateLimit-Scope", "user")
	w.WriteHeader(http.StatusTooManyRequests)
	b, err := json.Marshal(body)
	must(err)
	_, _ = w.Write(b)
}

func (s *Server) broken(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte(`{"message":"500: Internal Server Error","code":0}`))
}
