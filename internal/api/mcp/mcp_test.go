package mcp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

const (
	known   = "Ai cũng phải uống đủ tám cốc nước mỗi ngày."
	unknown = "Nghe nói cầu Zqtrường Tiền sẽ đóng từ thứ bảy tuần này, có đúng không?"
)

// TestTools: the SDK's own client, over standard input and output and over HTTP, finds five tools that read and get from them
// what is published, and no tip comes of it.
func TestTools(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true, Settings: map[string]string{"mcp": "true"}})
	reader := desk.As(d.Member(t, "người đọc", desk.Checker))
	before := tips(t, d, reader)
	overHTTP := connect(t, &sdk.StreamableClientTransport{Endpoint: d.URL + "/mcp", DisableStandaloneSSE: true})
	everyTool(t, d, overHTTP)

	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- d.ServeMCP(t.Context(), toServer, fromServer) }()
	overPipes := connect(t, &sdk.IOTransport{Reader: toClient, Writer: fromClient})
	everyTool(t, d, overPipes)
	if err := overPipes.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if after := tips(t, d, reader); after != before {
		t.Errorf("%d tips before, %d after", before, after)
	}
}

func tips(t *testing.T, d *apptest.Desk, by desk.Actor) int {
	t.Helper()
	all, err := d.Desk.TipsOf(t.Context(), by, desk.TipFilter{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func connect(t *testing.T, over sdk.Transport) *sdk.ClientSession {
	t.Helper()
	s, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), over, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// call calls a tool and reads its structured answer.
func call[T any](t *testing.T, s *sdk.ClientSession, name string, args map[string]any) (out T) {
	t.Helper()
	got, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	b, err := json.Marshal(got.StructuredContent)
	if err != nil || got.IsError {
		t.Fatalf("%s: %v %+v", name, err, got.Content)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// refused wants a sentence instead of an answer.
func refused(t *testing.T, s *sdk.ClientSession, name string, args map[string]any, words string) {
	t.Helper()
	got, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	b, _ := json.Marshal(got.Content)
	if !got.IsError || !strings.Contains(string(b), words) {
		t.Errorf("%s %v: %s", name, args, b)
	}
}

type results struct {
	Desk, Decision string
	Results        []struct {
		URL, Kind, Statement, Updated string
		RatingName                    string `json:"rating_name"`
	}
}

func everyTool(t *testing.T, d *apptest.Desk, s *sdk.ClientSession) {
	t.Helper()
	list, err := s.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) != 5 {
		t.Fatalf("%v %+v", err, list)
	}
	for _, tool := range list.Tools {
		if tool.Annotations == nil || !tool.Annotations.ReadOnlyHint || tool.Description == "" || tool.InputSchema == nil || tool.OutputSchema == nil {
			t.Errorf("%+v", tool)
		}
	}
	found := call[results](t, s, "search_checks", map[string]any{"query": "uong nuoc", "limit": 3})
	if len(found.Results) == 0 || len(found.Results) > 3 || found.Desk != d.Config.Name {
		t.Errorf("%+v", found)
	}
	same := call[results](t, s, "has_this_been_checked", map[string]any{"message": known, "lang": "en"})
	if same.Decision != "same" || len(same.Results) != 1 || !strings.HasPrefix(same.Results[0].URL, d.Config.PublicURL) || same.Results[0].RatingName == "" || same.Results[0].Updated == "" {
		t.Fatalf("%+v", same)
	}
	if not := call[results](t, s, "has_this_been_checked", map[string]any{"message": unknown}); not.Decision != "new" || len(not.Results) != 0 {
		t.Errorf("%+v", not)
	}
	id := same.Results[0].URL[strings.LastIndex(same.Results[0].URL, "/")+1:]
	whole := call[struct {
		Licence string
		Check   struct {
			Revision int
			Evidence []struct{ URL, Title string }
		}
	}](t, s, "get_check", map[string]any{"id": id})
	if len(whole.Check.Evidence) == 0 || whole.Check.Evidence[0].URL == "" || whole.Licence != d.Config.Licence {
		t.Errorf("%+v", whole)
	}
	proved := call[struct {
		Revision int
		Size     int64 `json:"log_size"`
		Document bool  `json:"document_checked"`
		Proof    string
	}](t, s, "verify_entry", map[string]any{"id": id})
	if !proved.Document || proved.Size != d.Signed() || proved.Revision != whole.Check.Revision || !strings.HasPrefix(proved.Proof, d.Config.PublicURL) {
		t.Errorf("%+v", proved)
	}
	questions := call[struct{ Questions []struct{ Text string } }](t, s, "open_questions", nil)
	if questions.Questions == nil {
		t.Error("no list of questions")
	}
	refused(t, s, "get_check", map[string]any{"id": "nothing"}, "no such check")
	refused(t, s, "verify_entry", map[string]any{"id": id, "revision": 99}, "no such check")
	refused(t, s, "search_checks", map[string]any{"query": ""}, "what to look for")
}

// Without the setting nothing answers.
func TestOffByDefault(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	resp, err := http.Post(d.URL+"/mcp", "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("status %d", resp.StatusCode)
	}
}
