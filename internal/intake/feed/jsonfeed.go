package feed

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// parseJSON reads a JSON Feed, 1.0 or 1.1. It is read by hand because feeds
// in the wild give numbers for ids and objects for addresses, over which the
// library's fixed types stumble.
func parseJSON(body []byte, base *url.URL) (Channel, error) {
	var raw map[string]any
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	whole := dec.Decode(&raw) == nil
	if !whole {
		raw = map[string]any{}
		if json.Unmarshal([]byte(closeJSON(body)), &raw) != nil {
			return Channel{}, ErrNotAFeed
		}
	}
	version, list := str(raw["version"]), raw["items"]
	if _, ok := list.([]any); !ok && !strings.Contains(version, "jsonfeed") {
		return Channel{}, ErrNotAFeed
	}
	c := Channel{Kind: "json", Title: plain(str(raw["title"]), maxTitle), Text: plain(str(raw["description"]), maxText), Link: link(str(raw["home_page_url"]), base),
		Lang: str(raw["language"]), Mended: !whole}
	items, _ := list.([]any)
	for _, x := range items[:min(len(items), MaxPieces)] {
		i, ok := x.(map[string]any)
		if !ok {
			c.Mended = true
			continue
		}
		c.Pieces = append(c.Pieces, jsonPiece(i, base))
	}
	return c, nil
}

// jsonPiece reads one element of items.
func jsonPiece(i map[string]any, base *url.URL) Piece {
	p := Piece{ID: str(i["id"]), Link: link(str(i["url"]), base), Title: plain(str(i["title"]), maxTitle), Lang: str(i["language"]),
		Published: date(str(i["date_published"])), Updated: date(str(i["date_modified"]))}
	if p.Link == "" {
		p.Link = link(str(i["external_url"]), base)
	}
	if p.Link == "" && strings.HasPrefix(p.ID, "http") {
		p.Link = link(p.ID, base)
	}
	p.Text = squeeze(str(i["content_text"]), maxText)
	if html := plain(str(i["content_html"]), maxText); len(html) > len(p.Text) {
		p.Text = html
	}
	if p.Text == "" {
		p.Text = plain(str(i["summary"]), maxText)
	}
	if p.ID == "" {
		p.ID = p.Link
	}
	return p
}

// str is a text, a number as text, or "".
func str(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(strings.ToValidUTF8(v, ""))
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// closeJSON ends a text that breaks off: everything after the last whole
// element of items is cut and what is open is closed.
func closeJSON(body []byte) string {
	s := string(body)
	i := strings.LastIndex(s, "}")
	if i < 0 || !strings.Contains(s[:i], `"items"`) {
		return ""
	}
	return s[:i+1] + "]}"
}
