package web

import (
	"time"

	"soi/internal/desk"
)

// sampleMedia is one file of each kind and state.
func sampleMedia() []desk.Media {
	id := desk.ID("0123456789abcdefghjkmnpqrx")
	out := []desk.Media{
		{Kind: desk.MediaPicture, Type: "image/jpeg", Bytes: 1_234_567, Width: 1080, Height: 2400, Text: "Uống <b>nước chanh</b>", Hash: make([]byte, 32), State: desk.MediaReady},
		{Kind: desk.MediaPicture, Type: "image/png", Bytes: 900, Width: 10, Height: 10, State: desk.MediaReady, Use: desk.UseYes, AddedBy: id, Authenticity: desk.PictureStaged},
		{Kind: desk.MediaPicture, Type: "image/png", Bytes: 99_000, State: desk.MediaReady, Use: desk.UseNo},
		{Kind: desk.MediaPDF, Type: "application/pdf", Bytes: 2_000_000, Text: "Thông báo", Hash: make([]byte, 32), State: desk.MediaReady},
		{Kind: desk.MediaPDF, Type: "application/pdf", Bytes: 2_000_000, State: desk.MediaReady},
		{Kind: desk.MediaVoice, Type: "audio/ogg", Bytes: 40_000, Length: 65 * time.Second, State: desk.MediaReady},
		{Kind: desk.MediaVideo, Type: "video/mp4", Bytes: 4_000_000, Length: 3723 * time.Second, State: desk.MediaReady},
		{Kind: desk.MediaPicture, Type: "image/gif", Bytes: 5000, State: desk.MediaUnread, Tries: 1},
		{Kind: desk.MediaPicture, Type: "image/gif", Bytes: 5000, State: desk.MediaHeld, Tries: 3},
		{Kind: desk.MediaPicture, Type: "image/gif", Bytes: 5000, State: desk.MediaReady, Erased: testNow},
	}
	for i := range out {
		out[i].ID, out[i].Added = id, testNow
	}
	return out
}
