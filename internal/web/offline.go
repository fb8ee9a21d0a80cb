package web

import (
	"bytes"
	"encoding/json"
	"strconv"

	"soi/internal/desk"
)

// offlineKept is how many checks a browser keeps for reading without a
// network.
const offlineKept = 50

// offlineChanges bounds how many changes are listed at once; a browser that
// was away for longer asks for all it keeps again.
const offlineChanges = 500

// offlinePage is what a browser shows without a network for pages it has not
// kept; with one it tells what is kept and lets the reader keep more.
type offlinePage struct{}

// head implements page.
func (offlinePage) head(w *words) head {
	return head{Title: w.t("offline.title"), Description: w.t("offline.lead")}
}

// offline answers GET /offline.
func (s *Site) offline(*visit) (answer, error) { return show("offline", offlinePage{}).fresh(), nil }

// offlineAnswer is what a browser that keeps checks asks at each contact.
type offlineAnswer struct {
	Size    int64     `json:"size"`    // of the public log: what to send as since the next time
	Changed []desk.ID `json:"changed"` // checks with an entry since then
	All     bool      `json:"all"`     // too many to list: everything kept is asked for again
	Latest  []desk.ID `json:"latest"`  // the newest checks in force, at most offlineKept
}

// offlineList answers GET /offline.json?since=N. Nothing in it is about the
// one who asks: since is a size of the log, the same for everybody who was
// here at that time.
func (s *Site) offlineList(v *visit) (answer, error) {
	out := offlineAnswer{Size: s.Signed(), Changed: []desk.ID{}, Latest: []desk.ID{}}
	since, err := strconv.ParseInt(v.query("since"), 10, 64)
	if err != nil || since < 0 || since > out.Size {
		since, out.All = out.Size, true
	}
	if since < out.Size {
		rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: out.Size, Newest: true, Limit: offlineChanges})
		if err != nil {
			return answer{}, err
		}
		for _, r := range rs {
			if r.LogIndex >= since {
				out.Changed = append(out.Changed, r.Verdict)
			}
		}
		out.All = out.All || len(out.Changed) == offlineChanges
	}
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: out.Size, Newest: true, Limit: 2 * offlineKept})
	if err != nil {
		return answer{}, err
	}
	for _, r := range rs {
		if r.Kind != desk.KindWithdraw && !r.Erased && len(out.Latest) < offlineKept {
			out.Latest = append(out.Latest, r.Verdict)
		}
	}
	b, err := json.Marshal(out)
	return raw("application/json; charset=utf-8", b).fresh(), err
}

// worker answers GET /sw.js, the script that keeps checks. It stands at the
// root because a worker serves what lies below its own address; its words are
// put into it, because it has no page to read them from.
func (s *Site) worker(*visit) (answer, error) {
	said := map[string]map[string]string{}
	for lang, w := range s.books {
		said[lang] = map[string]string{}
		for _, key := range []string{"banner", "asof", "nothing"} {
			said[lang][key] = w.t("offline." + key)
		}
	}
	files := []string{}
	for _, name := range []string{"soi.css", "soi.js", "icon.svg"} {
		at, err := s.assetURL(name)
		if err != nil {
			return answer{}, err
		}
		files = append(files, at)
	}
	set, err := json.Marshal(map[string]any{"words": said, "files": files, "most": offlineKept, "zone": s.Config.Zone.String()})
	if err != nil {
		return answer{}, err
	}
	body := bytes.Replace(s.assets["sw.js"].body, []byte(`"SETTINGS"`), set, 1)
	return raw("text/javascript; charset=utf-8", body).fresh(), nil
}
