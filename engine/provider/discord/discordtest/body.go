package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
)

const (
	maxFile    = 10 << 20
	maxRequest = 25 << 20
	maxFiles   = 10
)

func itoa(n int) string { return strconv.Itoa(n) }

// upload is a file of a form, by its number.
type upload struct {
	name, kind string
	data       []byte
}

var filePart = regexp.MustCompile(`^files\[(0|[1-9][0-9]*)\]$`)

// read takes a request's body apart and holds its JSON against a type.
func read(r *http.Request, typ string) (object, map[string]upload, *answer) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, nil, badForm("", "BODY", "The body cannot be read")
	}
	if len(body) > maxRequest {
		return nil, nil, failure(http.StatusRequestEntityTooLarge, 40005, "Request entity too large")
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	files := map[string]upload{}
	switch {
	case err == nil && kind == "application/json":
	case err == nil && kind == "multipart/form-data":
		var bad *answer
		if body, bad = parts(body, params["boundary"], files); bad != nil {
			return nil, nil, bad
		}
	default:
		return nil, nil, badForm("", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}.")
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil, nil, failure(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	if bad := conform("", typ, v, true); bad != nil {
		return nil, nil, badForm(bad.path, "BASE_TYPE_INVALID", bad.problem)
	}
	o, _ := v.(object)
	return o, files, nil
}

// parts reads a form: payload_json and files[n] with a name each, and nothing
// else (reference, Uploading Files, 2026-08-06).
func parts(body []byte, boundary string, files map[string]upload) ([]byte, *answer) {
	payload := []byte("{}")
	form := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return payload, nil
		}
		if err != nil {
			return nil, badForm("", "BODY", "Malformed multipart body")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, badForm("", "BODY", "Malformed multipart body")
		}
		m := filePart.FindStringSubmatch(part.FormName())
		switch {
		case part.FormName() == "payload_json":
			payload = data
		case m == nil || part.FileName() == "":
			return nil, badForm(part.FormName(), "UNKNOWN", "Unknown field")
		case files[m[1]].data != nil:
			return nil, badForm(part.FormName(), "DUPLICATE", "Each file needs a name of its own")
		case len(data) > maxFile:
			return nil, failure(http.StatusBadRequest, 50045, "File uploaded exceeds the maximum size")
		default:
			files[m[1]] = upload{part.FileName(), part.Header.Get("Content-Type"), data}
		}
	}
}

// attach makes a message's files: what is kept of old ones, and what is new. A
// new file that the list does not name is lost since version 10; an entry of the
// list that names nothing is wrong.
func (s *Server) attach(body object, files map[string]upload, old []file) ([]file, *answer) {
	list, said := body["attachments"].([]any)
	if !said {
		if len(files) > 0 {
			s.complain("files without an entry in attachments: they would have no description, and an edit would lose them")
		}
		return old, nil
	}
	if len(list) > maxFiles {
		return nil, failure(http.StatusBadRequest, 30015, "Maximum number of attachments in a message reached (10)")
	}
	var out []file
	for i, entry := range list {
		f, used, good := s.entry(entry.(object), files, old)
		if !good {
			return nil, badForm(fmt.Sprintf("attachments.%d.id", i), "ATTACHMENT_NOT_FOUND", "There is no such file")
		}
		delete(files, used)
		out = append(out, f)
	}
	if len(files) > 0 {
		s.complain("a file that attachments does not name")
	}
	return out, nil
}

// entry is one entry of the list; used is the number of the file that it took.
func (s *Server) entry(e object, files map[string]upload, old []file) (f file, used string, good bool) {
	id, _ := e["id"].(string)
	if u, there := files[id]; there {
		f, used, good = file{id: s.newID(), name: u.name, kind: u.kind, size: len(u.data)}, id, true
	}
	for _, o := range old {
		if o.id == id {
			f, good = o, true
		}
	}
	if text, said := e["description"].(string); said {
		f.description = text
	}
	return f, used, good
}
