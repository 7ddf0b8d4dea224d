package vk

import (
	"context"
	"errors"
)

// Pin implements provider.Pins. VK has one pin: a new one takes the old one's
// place.
func (l *login) Pin(ctx context.Context, id string) error { return l.pin(ctx, "pin", id, true) }

// Unpin implements provider.Pins.
func (l *login) Unpin(ctx context.Context, id string) error { return l.pin(ctx, "unpin", id, false) }

// pin looks first: what VK answers to a second pin, and to the unpinning of what
// is not pinned, is not documented.
func (l *login) pin(ctx context.Context, op, id string, want bool) error {
	p, err := l.own(ctx, op, id)
	if err != nil || bool(p.Pinned) == want {
		return err
	}
	var done int
	_, err = l.call(ctx, op, "wall."+op, l.postParams(p.ID), &done)
	if err == nil && done != 1 {
		return unreadable(op, "wall."+op, errors.New("it does not say that it was done"))
	}
	return err
}
