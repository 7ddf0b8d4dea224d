package provider

import "encoding/json"

// Encode returns the limits as the ledger remembers them.
func (l Limits) Encode() json.RawMessage {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // plain numbers and strings always encode
	}
	return b
}

// Overlay returns l with what was remembered of a server laid over it. What
// cannot be read is ignored: the limits are only a forecast then.
func (l Limits) Overlay(remembered json.RawMessage) Limits {
	if len(remembered) == 0 {
		return l
	}
	out := l
	if json.Unmarshal(remembered, &out) != nil {
		return l
	}
	return out
}

// Declare returns l with an account file's platform_limits laid over it; names
// are those of the JSON form.
func (l Limits) Declare(declared map[string]int) Limits {
	if len(declared) == 0 {
		return l
	}
	b, err := json.Marshal(declared)
	if err != nil {
		return l
	}
	return l.Overlay(b)
}
