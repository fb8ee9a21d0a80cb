package embed

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// tensor is one array of a safetensors file: eight bytes of length, little-endian, a JSON
// object of that length that says of each array its type, shape and place, and the arrays.
type tensor struct {
	kind  string // "F32", "F16", …
	shape []int
	data  []byte
}

// longestHeader is what a header may take: the reference reader's limit.
const longestHeader = 100 << 20

// sizeOf is the bytes of a number, by the names that are read; 0 for others.
func sizeOf(kind string) int {
	switch kind {
	case "F64", "I64":
		return 8
	case "F32", "I32":
		return 4
	case "F16", "BF16":
		return 2
	case "I8":
		return 1
	}
	return 0
}

// readTensors lists the arrays of a file by name. Their data is part of file.
func readTensors(file []byte) (map[string]tensor, error) {
	if len(file) < 8 {
		return nil, fmt.Errorf("%w: model.safetensors is cut short", ErrModel)
	}
	n := binary.LittleEndian.Uint64(file)
	if n > longestHeader || n > uint64(len(file)-8) {
		return nil, fmt.Errorf("%w: model.safetensors has no header of this format", ErrModel)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("%w: the header of model.safetensors is no JSON object", ErrModel)
	}
	body, out := file[8+n:], map[string]tensor{}
	for name, raw := range header {
		if name == "__metadata__" {
			continue
		}
		var h struct {
			Dtype       string
			Shape       []int
			DataOffsets []int `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &h); err != nil || len(h.DataOffsets) != 2 {
			return nil, fmt.Errorf("%w: model.safetensors does not say where %q is", ErrModel, name)
		}
		from, to, size := h.DataOffsets[0], h.DataOffsets[1], sizeOf(h.Dtype)
		if from < 0 || to < from || to > len(body) {
			return nil, fmt.Errorf("%w: %q lies outside model.safetensors, which may be cut short", ErrModel, name)
		}
		for _, d := range h.Shape {
			if d < 0 || d > 0 && size > math.MaxInt/d {
				return nil, fmt.Errorf("%w: %q in model.safetensors has an impossible shape", ErrModel, name)
			}
			size *= d
		}
		if sizeOf(h.Dtype) > 0 && size != to-from {
			return nil, fmt.Errorf("%w: the shape of %q in model.safetensors does not fit its size", ErrModel, name)
		}
		out[name] = tensor{h.Dtype, h.Shape, body[from:to]}
	}
	return out, nil
}

// at is number i of a tensor.
func (t *tensor) at(i int) float32 {
	switch t.kind {
	case "F64":
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(t.data[8*i:])))
	case "F32":
		return math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
	case "F16":
		return half(binary.LittleEndian.Uint16(t.data[2*i:]))
	case "BF16":
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(t.data[2*i:])) << 16)
	case "I8":
		return float32(int8(t.data[i]))
	}
	return 0
}

// add adds to v, times a factor, as many numbers from number from on. The table stays as it
// was read and is turned into numbers here, row by row: half of what it would be.
func (t *tensor) add(v []float32, from int, factor float32) {
	size := sizeOf(t.kind)
	row := t.data[size*from : size*(from+len(v))]
	switch t.kind {
	case "F32":
		for i := range v {
			v[i] += factor * math.Float32frombits(binary.LittleEndian.Uint32(row[4*i:]))
		}
	case "F16":
		for i := range v {
			v[i] += factor * half(binary.LittleEndian.Uint16(row[2*i:]))
		}
	case "BF16":
		for i := range v {
			v[i] += factor * math.Float32frombits(uint32(binary.LittleEndian.Uint16(row[2*i:]))<<16)
		}
	case "I8":
		for i := range v {
			v[i] += factor * float32(int8(row[i]))
		}
	default:
		for i := range v {
			v[i] += factor * t.at(from+i)
		}
	}
}

// endless is the first number that is none or not finite; -1: all are.
func (t *tensor) endless() int {
	if t.kind == "I8" {
		return -1
	}
	for i := range len(t.data) / sizeOf(t.kind) {
		if x := t.at(i); x-x != 0 {
			return i
		}
	}
	return -1
}

// whole is number i of a tensor of whole numbers; -1 for other kinds.
func (t *tensor) whole(i int) int64 {
	switch t.kind {
	case "I64":
		return int64(binary.LittleEndian.Uint64(t.data[8*i:]))
	case "I32":
		return int64(int32(binary.LittleEndian.Uint32(t.data[4*i:])))
	}
	return -1
}

// half is a number of IEEE 754 binary16.
func half(b uint16) float32 {
	sign, exp, frac := uint32(b>>15)<<31, uint32(b>>10&31), uint32(b&1023)
	switch exp {
	case 0: // subnormal: frac × 2^-24
		return math.Float32frombits(math.Float32bits(float32(frac)/(1<<24)) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
