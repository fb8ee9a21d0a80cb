package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMentions(t *testing.T) {
	for _, x := range []struct {
		message string
		phrases []string
		held    []string
	}{
		{"Bam vao link de nhan thuong 500k", []string{"nhận thưởng", "trúng thưởng", ""}, []string{"nhận thưởng"}},
		{"VẮC-XIN này hại lắm", []string{"vắc xin", "vaccine"}, []string{"vắc xin"}},
		{"thuongmai", []string{"thương"}, nil},
		{"เตือนวัคซีนโควิด", []string{"วัคซีน"}, []string{"วัคซีน"}},
		{"今天彩票中奖了", []string{"中奖"}, []string{"中奖"}},
		{"", []string{"x"}, nil},
	} {
		if d := cmp.Diff(x.held, Mentions(x.message, x.phrases)); d != "" {
			t.Errorf("%q (-want +got):\n%s", x.message, d)
		}
	}
}
