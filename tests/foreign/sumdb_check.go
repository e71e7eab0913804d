// Verifies checkpoints and proofs of a modelward log with packages by others: sumdb/note and sumdb/tlog of the Go
// project. Each line of standard input is a case as JSON, each line of standard output its result.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A testCase is a checkpoint, the tlog-proof of a record, or a consistency proof with the older checkpoint.
type testCase struct {
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	File   string `json:"file"`
	Record []byte `json:"record"`
	Old    string `json:"old"`
}

type result struct {
	OK  bool   `json:"ok"`
	Why string `json:"why"`
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var one testCase
		err = json.Unmarshal(line, &one)
		if err == nil {
			err = check(one)
		}
		found := result{OK: err == nil}
		if err != nil {
			found.Why = err.Error()
		}
		if output.Encode(found) != nil {
			os.Exit(1)
		}
	}
}

func check(one testCase) error {
	switch one.Kind {
	case "checkpoint":
		_, err := openCheckpoint(one.File, one.Key)
		return err
	case "inclusion":
		return checkInclusion(one)
	case "consistency":
		return checkConsistency(one)
	}
	return fmt.Errorf("unknown kind %q", one.Kind)
}

func openCheckpoint(text, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkInclusion(one testCase) error {
	head, checkpoint, _ := strings.Cut(one.File, "\n\n")
	tree, err := openCheckpoint(checkpoint, one.Key)
	if err != nil {
		return err
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
		return errors.New("not a tlog-proof with extra data")
	}
	if _, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra ")); err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(one.Record))
}

func checkConsistency(one testCase) error {
	older, err := openCheckpoint(one.Old, one.Key)
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(one.File, "\n\n")
	newer, err := openCheckpoint(checkpoint, one.Key)
	if err != nil {
		return err
	}
	lines := strings.Split(head, "\n")
	if lines[0] != fmt.Sprintf("old %d", older.N) {
		return errors.New("the proof is about another size")
	}
	path, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, newer.N, newer.Hash, older.N, older.Hash)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}
