package prompts

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

//go:embed templates/*.txt
var templates embed.FS

// Template is what is sent to a model under a name, with values in their
// places. A line that needs an empty value is left out. A name that does not
// exist is a mistake of the program's.
func Template(name string, values map[string]string) string {
	raw, err := templates.ReadFile("templates/" + name + ".txt")
	if err != nil {
		panic(fmt.Sprintf("prompts: %v", err))
	}
	return fill(string(raw), values)
}

// TemplatesVersion changes whenever a template does.
func TemplatesVersion() string {
	sum := sha256.New()
	files, err := fs.Glob(templates, "templates/*.txt")
	for _, file := range files {
		raw, readErr := templates.ReadFile(file)
		if readErr != nil {
			err = readErr
		}
		fmt.Fprintf(sum, "%s %d\n%s", file, len(raw), raw)
	}
	if err != nil {
		panic(fmt.Sprintf("prompts: %v", err)) // they are embedded
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}
