package configs

import (
	"embed"
	"io/fs"
)

//go:embed clients/*.json
var clientFiles embed.FS

// Clients are the ready-made client configurations, by file name.
func Clients() fs.FS {
	files, err := fs.Sub(clientFiles, "clients")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}
