package configs

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// source gives flags that are not on the command line: from the environment,
// else from the file.
type source struct {
	env      map[string]string
	names    map[*kong.Flag]string // of the environment variables
	file     map[string]any        // by flag, or command.flag
	read     bool                  // the file was looked for
	mistakes Mistakes
}

// name derives each flag's variable, so that the two cannot differ.
func (s *source) name(app *kong.Application) {
	for _, node := range nodes(app.Node) {
		for _, flag := range node.Flags {
			if flag.Name != "help" {
				s.names[flag] = "MEETMCP_" + strings.ToUpper(strings.ReplaceAll(prefix(node)+flag.Name, "-", "_"))
			}
		}
	}
}

func prefix(node *kong.Node) string {
	if node.Type == kong.ApplicationNode {
		return ""
	}
	return prefix(node.Parent) + node.Name + "-"
}

// help shows a flag's variable beside what it does.
func (s *source) help(value *kong.Value) string {
	if name := s.names[value.Flag]; value.Flag != nil && name != "" {
		return value.Help + " [$" + name + "]"
	}
	return value.Help
}

// Validate has nothing to add: Resolve collects what is wrong.
func (s *source) Validate(*kong.Application) error { return nil }

// Resolve is asked by kong for each flag that the command line lacks.
func (s *source) Resolve(context *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	s.load(context)
	key, from := prefix(parent.Node())+flag.Name, s.names[flag]
	text := s.env[from]
	if text == "" {
		value, ok := s.file[key]
		if !ok || flag.Name == "config" {
			return nil, nil
		}
		text, from = written(value), "the file's "+flag.Name
	}
	if !flag.IsBool() {
		return text, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		s.wrong("%s: %q is neither true nor false.", from, text)
		return nil, nil
	}
	return on, nil
}

// written is a value of the file as it would stand on a command line.
func written(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	var parts []string
	for _, item := range list {
		parts = append(parts, fmt.Sprint(item))
	}
	return strings.Join(parts, ",")
}

// load reads the file, if one is named.
func (s *source) load(context *kong.Context) {
	if s.read {
		return
	}
	s.read = true
	path, valid, sections := "", map[string]bool{}, map[string]bool{}
	for _, flag := range context.Model.Flags {
		if flag.Name == "config" {
			path, _ = context.FlagValue(flag).(string)
			if path == "" {
				path = s.env[s.names[flag]]
			}
		}
	}
	if path == "" {
		return
	}
	for _, node := range nodes(context.Model.Node) {
		sections[strings.TrimSuffix(prefix(node), "-")] = len(node.Flags)+len(node.Children) > 0
		for _, flag := range node.Flags {
			if flag.Name != "help" && flag.Name != "config" {
				valid[prefix(node)+flag.Name] = true
			}
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		s.wrong("--config: %v.", err)
		return
	}
	var file map[string]any
	if err := yaml.Unmarshal(raw, &file); err != nil {
		s.wrong("--config: %s is neither YAML nor JSON with names and values: %s.", path, strings.ReplaceAll(yaml.FormatError(err, false, false), "\n", " "))
		return
	}
	s.file = map[string]any{}
	var take func(shown, above string, members map[string]any)
	take = func(shown, above string, members map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			key, value := above+strings.ReplaceAll(name, "_", "-"), members[name]
			section, nested := value.(map[string]any)
			switch {
			case nested && sections[key]:
				take(shown+name+".", key+"-", section)
			case !valid[key]:
				s.wrong("%s: %q is not known%s.", path, shown+name, didYouMean(key, slices.Collect(maps.Keys(valid))))
			case nested:
				s.wrong("%s: %s takes a single value or a list.", path, shown+name)
			case value != nil:
				s.file[key] = value
			}
		}
	}
	take("", "", file)
}

// unknownEnv finds variables that look like ours and are not.
func (s *source) unknownEnv() {
	known := append(slices.Collect(maps.Values(s.names)), masterKeys)
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		if strings.HasPrefix(name, "MEETMCP_") && !slices.Contains(known, name) {
			s.wrong("The environment variable %s is not known%s.", name, didYouMean(name, known))
		}
	}
}

func (s *source) wrong(format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Sprintf(format, args...))
}

// didYouMean names the nearest valid word, if one is near.
func didYouMean(word string, valid []string) string {
	slices.Sort(valid)
	nearest, distance := "", len(word)/2+1
	for _, candidate := range valid {
		if d := levenshtein.ComputeDistance(word, candidate); d < distance {
			nearest, distance = candidate, d
		}
	}
	if nearest == "" {
		return ""
	}
	return " (did you mean " + nearest + "?)"
}
