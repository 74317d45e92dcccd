package nb

import (
	"fmt"
	"html"
	"os"
)

// Say shows a paragraph of prose in which numbers were computed: fmt.Sprintf's format and
// arguments. All of it is escaped.
//
//	nb.Say("The probe is right for %.0f %% of the pictures.", 100*run.Test.Accuracy())
func Say(format string, args ...any) {
	s := printable(fmt.Sprintf(format, args...))
	screen.show(bundle{html: `<p class="tlkit-prose" style="max-width:46em;margin:.4em 0">` + html.EscapeString(s) + `</p>`, text: s})
}

// Quick chooses between the full form of a notebook and the quick one, which tests run:
// the environment variable TLKIT_QUICK asks for it.
func Quick[T any](full, quick T) T {
	if os.Getenv("TLKIT_QUICK") != "" {
		return quick
	}
	return full
}
