package app

import (
	"os"
	"path/filepath"
	"strings"
)

// credentialsVariable names the folder in which systemd puts what LoadCredential loads (systemd.exec(5), CREDENTIALS).
const credentialsVariable = "CREDENTIALS_DIRECTORY"

// lookupSecret gives the value of ${NAME} in a configuration: the environment's, else the content of the systemd
// credential of that name without the line break at its end. Names hold no separator, so none leads out of the folder.
func lookupSecret(name string) (string, bool) {
	if value, ok := os.LookupEnv(name); ok {
		return value, true
	}
	folder := os.Getenv(credentialsVariable)
	if folder == "" {
		return "", false
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return "", false // the fault that is reported names the variable
	}
	return strings.TrimRight(string(text), "\r\n"), true
}
