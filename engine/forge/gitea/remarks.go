package gitea

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/internal/rest"
)

// remarks are the line comments of one review, which is a comment and neither
// approves nor refuses. Gitea takes lines that the pull request does not touch,
// too, and shows them in the conversation only.
type remarks struct{ *rest.Calls }

type lineComment struct {
	Path string `json:"path"`
	Line int    `json:"new_position"`
	Body string `json:"body"`
}

type newReview struct {
	Event    string        `json:"event"`
	Body     string        `json:"body"`
	CommitID string        `json:"commit_id"`
	Comments []lineComment `json:"comments"`
}

// Replace leaves everything as it is where the same remarks on the same commit
// are there already: each new review is a message to everybody who follows.
// Otherwise what is old goes first, so that a run that ends between the two
// leaves too few remarks and not the same twice.
func (r remarks) Replace(ctx context.Context, pull int, commit, mark string, list []forge.Remark) error {
	if mark == "" {
		return fmt.Errorf("gitea: remarks on pull request %d: they have no mark", pull)
	}
	review := made(commit, mark, list)
	old, err := r.own(ctx, pull, mark)
	if err != nil {
		return err
	}
	if len(old) == 1 && len(list) > 0 && old[0].Body == review.Body {
		return nil
	}
	for _, o := range old {
		if err := r.remove(ctx, pull, o.ID); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	_, err = r.Do(ctx, rest.Request{
		Op: fmt.Sprintf("remarks on pull request %d", pull), Needs: "write:repository", Method: http.MethodPost,
		Path: fmt.Sprintf("/pulls/%d/reviews", pull), Body: review,
	}, nil)
	return err
}

// made is the review: its body bears the mark and a digest of what it says.
func made(commit, mark string, list []forge.Remark) newReview {
	out := newReview{Event: "COMMENT", CommitID: commit, Comments: []lineComment{}}
	for _, one := range list {
		out.Comments = append(out.Comments, lineComment(one))
	}
	said, _ := json.Marshal(out) // of strings and numbers
	sum := sha256.Sum256(said)
	out.Body = mark + "\n<!-- " + hex.EncodeToString(sum[:8]) + " -->"
	return out
}

// own lists the reviews that an earlier Replace made: comments that bear the
// mark, under our own login where the token tells it.
func (r remarks) own(ctx context.Context, pull int, mark string) (out []rest.Review, err error) {
	self, err := r.Self(ctx)
	if err != nil {
		return nil, err
	}
	err = r.EachReview(ctx, pull, func(one rest.Review) error {
		if one.State == "COMMENT" && strings.Contains(one.Body, mark) && (self == "" || self == rest.LoginOf(one.User)) {
			out = append(out, one)
		}
		return nil
	})
	return out, err
}

func (r remarks) remove(ctx context.Context, pull int, id int64) error {
	_, err := r.Do(ctx, rest.Request{
		Op: fmt.Sprintf("old remarks on pull request %d", pull), Needs: "write:repository", Method: http.MethodDelete,
		Path: fmt.Sprintf("/pulls/%d/reviews/%d", pull, id),
	}, nil)
	if rest.Status(err) == http.StatusNotFound {
		return nil
	}
	return err
}
