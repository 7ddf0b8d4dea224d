package stage

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// Says answers with a status and a body; headers are "Name: value".
func Says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			k, v, _ := strings.Cut(h, ": ")
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// InTurn gives each answer once, the last one for ever.
func InTurn(all ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		all[min(int(n.Add(1)), len(all))-1](w, r)
	}
}

// Dies resets the connection.
func Dies(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
