package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestReadPretrained(t *testing.T) {
	dir := t.TempDir()
	file := `{"precision":2,"dimensions":2,"words":["cars","car","moon"],
		"vectors":{"cars":[1,0,1,0],"car":[0,1,1,11],"moon":[0,2,2,2],"unheard":[5,5,7,3]}}`
	if err := os.WriteFile(filepath.Join(dir, "toy-embeddings.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	v := &vocabulary{ids: map[string]int32{"car": 0, "moon": 1}, stems: []string{"car", "moon"}}
	p, err := readPretrained(dir, v)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.vec) != 2 || p.width != 2 {
		t.Fatalf("%d stems of %d numbers, want 2 of 2", len(p.vec), p.width)
	}
	// "cars" is commoner than "car" and counts 1/10 against 1/21.
	if x := p.vec["car"]; math.Abs(float64(x[0]/x[1])-2.1) > 0.01 {
		t.Errorf("car is %v, want 21 parts of cars to 10 of car", x)
	}
	if _, err := readPretrained(t.TempDir(), v); err == nil {
		t.Error("an empty folder was read as word vectors")
	}
}

// TestShape: unit vectors come out, and what all words share is gone.
func TestShape(t *testing.T) {
	p := &pretrained{width: 4, vec: map[string][]float32{}}
	for i, w := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		p.vec[w] = []float32{9, float32(i % 2), float32(i / 2 % 2), float32(i / 4)}
	}
	p.shape(0, 3)
	for w, x := range p.vec {
		if n := product(x, x); math.Abs(float64(n)-1) > 1e-3 {
			t.Errorf("%s has length² %v", w, n)
		}
	}
	if near := product(p.vec["a"], p.vec["h"]); near > -0.99 {
		t.Errorf("opposite corners have the cosine %v, want -1: the mean is still there", near)
	}
}

func TestEigen(t *testing.T) {
	values, axes := eigen([][]float64{{2, 1, 0}, {1, 2, 0}, {0, 0, 5}})
	sum, most := 0.0, 0
	for i, v := range values {
		sum += v
		if v > values[most] {
			most = i
		}
	}
	if math.Abs(sum-9) > 1e-9 || math.Abs(values[most]-5) > 1e-9 || math.Abs(math.Abs(axes[2][most])-1) > 1e-9 {
		t.Errorf("values %v, axes %v", values, axes)
	}
}
