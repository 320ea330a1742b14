package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	spec := flag.String("spec", "", "the OpenAPI document, a JSON file")
	out := flag.String("out", ".", "the folder to write to")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*spec, *out); err != nil {
		log.Fatal(err)
	}
}

func run(spec, out string) error {
	b, err := os.ReadFile(spec)
	if err != nil {
		return fmt.Errorf("specgen: %w; want -spec, or IBKR_OPENAPI with go generate", err)
	}
	files, err := generate(b)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(out, name), text, 0o644); err != nil {
			return fmt.Errorf("specgen: %w", err)
		}
	}
	return nil
}

// generate writes all files of the plan.
func generate(spec []byte) (map[string][]byte, error) {
	var doc document
	if err := json.Unmarshal(spec, &doc); err != nil {
		return nil, fmt.Errorf("specgen: document: %w", err)
	}
	w := writer{doc: &doc, done: map[string]string{}}
	files := map[string][]byte{}
	for _, f := range plan {
		text, err := w.file(f)
		if err != nil {
			return nil, fmt.Errorf("specgen: %s: %w", f.name, err)
		}
		files[f.name] = text
	}
	return files, nil
}
