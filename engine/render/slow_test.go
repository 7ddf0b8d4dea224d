package render

import (
	"os"
	"path/filepath"
	"strings"
	"strconv"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

func TestSlowCorpus(t *testing.T) {
	_ = os.Args; _ = filepath.Join; _ = strings.ToLower; _ = strconv.Itoa
	s := scope(t)
	for _, r := range []string{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2","FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2","FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2","FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2","FREQ=DAILY;BYHOUR=25;COUNT=2","FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1;COUNT=3", "FREQ=WEEKLY;INTERVAL=0;COUNT=2","FREQ=DAILY;BYSETPOS=2;COUNT=3"} {
		p := post(t, "Hi", "acme-site")
		p.Repeat = &content.Repeat{RRule: r}
		t0 := time.Now()
		pubs, pr := Expand(s, p)
		t.Log(time.Since(t0), r, len(pubs), rules(pr))
	}
}
