package inquiry_test

import (
	"testing"

	"junma/handlers/inquiry"
)

// FuzzQuestion: whatever is typed, it is read in bounded time, an understood question is about something, and what is
// offered instead leads on.
func FuzzQuestion(f *testing.F) {
	for _, row := range append(table(f, "asked.txt"), table(f, "doubtful.txt")...) {
		f.Add(row[0])
	}
	words := jiande()
	f.Fuzz(func(t *testing.T, sentence string) {
		if len(sentence) > 4000 {
			return // handlers take no longer message
		}
		inquiry.SearchKeys(sentence)
		inquiry.Nearest(sentence)
		got := words.Read(sentence)
		switch got.Outcome {
		case inquiry.NotAQuestion:
		case inquiry.Understood:
			kind := got.Asked.Kind
			if kind == "" || kind.AboutProject() && kind != inquiry.Differs && got.Asked.Project == "" {
				t.Fatalf("%q is understood as %s", sentence, got.Asked)
			}
		case inquiry.Choose:
			if len(got.Choices) < 2 {
				t.Fatalf("%q leaves one choice: %v", sentence, got.Choices)
			}
			for _, c := range got.Choices {
				if next := words.Read(c.Text); next.Outcome == inquiry.NotAQuestion {
					t.Fatalf("%q offers %q, which is no question", sentence, c.Text)
				}
			}
		case inquiry.NeedsProject:
			if !got.Asked.Kind.AboutProject() {
				t.Fatalf("%q wants a project for %s", sentence, got.Asked)
			}
		case inquiry.NeedsTopic:
			if got.Topic == "" {
				t.Fatalf("%q names nothing", sentence)
			}
		}
	})
}
