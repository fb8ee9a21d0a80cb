package media

import (
	"encoding/hex"
	"errors"
	"image"
	"math"
	"math/bits"
	"slices"
)

// Hash is a PDQ hash of 256 bits, in the order in which its hexadecimal form is
// written: the first byte holds the highest bits. Two hashes of one picture
// differ in few bits however it was resized or compressed.
//
// PDQ was published by Facebook, with a reference implementation and a paper,
// "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm".
// The steps and the constants here are theirs.
type Hash [32]byte

// ErrHash: a text that is no hash.
var ErrHash = errors.New("media: not a PDQ hash")

// ParseHash reads 64 hexadecimal digits.
func ParseHash(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, ErrHash
	}
	return Hash(b), nil
}

// String gives 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Distance is the number of bits in which two hashes differ, 0 to 256. Random
// pairs lie around 128.
func (h Hash) Distance(o Hash) int {
	n := 0
	a, b := h.words(), o.words()
	for i := range a {
		n += bits.OnesCount64(a[i] ^ b[i])
	}
	return n
}

// words is a hash as four machine words.
func (h Hash) words() (w [4]uint64) {
	for i, b := range h {
		w[i/8] = w[i/8]<<8 | uint64(b)
	}
	return w
}

// Sizes of PDQ.
const (
	pdqSide  = 64 // pixels that the picture is brought down to
	pdqCoeff = 16 // lowest frequencies kept on each axis
	pdqTents = 2  // passes of the box filter; two boxes make a tent
)

// Sizes of what Hash takes.
const (
	// hashSide is what larger pictures are brought down to before hashing, as
	// the reference program does: speed, without a difference in the hash that
	// matters.
	hashSide = 512
	// minSide is the smallest side worth hashing.
	minSide = 8
)

// luma weighs red, green and blue as the reference does (Rec. 601).
func luma(r, g, b uint8) float32 {
	return float32(r)*0.299 + float32(g)*0.587 + float32(b)*0.114
}

// HashOf hashes a picture and says how much there is in it: quality 0 for one
// flat colour, 100 for anything rich. ok is false when the picture is too small
// to be hashed.
func HashOf(img image.Image) (h Hash, quality int, ok bool) {
	c, quality, ok := coefficients(img)
	if !ok {
		return h, 0, false
	}
	return c.hash(), quality, true
}

// coefficients brings a picture down to its 16 by 16 lowest frequencies.
func coefficients(img image.Image) (c spectrum, quality int, ok bool) {
	b := img.Bounds()
	if b.Dx() < minSide || b.Dy() < minSide {
		return c, 0, false
	}
	pixels, w, h := lumas(img)
	small := shrink(pixels, w, h)
	return transform(small), qualityOf(small), true
}

// lumas reads the brightness of every pixel, row after row. Pictures above
// hashSide are brought down to it: whole cells are averaged, so that no detail
// between sampled pixels is lost. What is transparent is read as on white, as
// people see it.
func lumas(src image.Image) (out []float32, w, h int) {
	img, ok := src.(*image.RGBA)
	if !ok {
		img = upright(src, 1)
	}
	dx, dy := img.Bounds().Dx(), img.Bounds().Dy()
	w, h = min(dx, hashSide), min(dy, hashSide)
	out = make([]float32, w*h)
	for y := range h {
		y0, y1 := cell(y, h, dy)
		row := out[y*w : (y+1)*w]
		for j := y0; j < y1; j++ {
			pix := img.Pix[j*img.Stride:]
			for x := range row {
				x0, x1 := cell(x, w, dx)
				for p := pix[4*x0 : 4*x1]; len(p) >= 4; p = p[4:] {
					row[x] += luma(p[0], p[1], p[2])
				}
			}
		}
		for x := range row {
			x0, x1 := cell(x, w, dx)
			row[x] /= float32((y1 - y0) * (x1 - x0))
		}
	}
	return out, w, h
}

// cell is the run of source pixels behind pixel i of n.
func cell(i, n, source int) (from, to int) {
	from = i * source / n
	return from, max(from+1, (i+1)*source/n)
}

// window is the width of the box for bringing size pixels down to pdqSide.
func window(size int) int { return (size + 2*pdqSide - 1) / (2 * pdqSide) }

// shrink blurs with a tent as wide as what one of the 64 pixels stands for, and
// takes the middle of each.
func shrink(in []float32, w, h int) (out [pdqSide][pdqSide]float32) {
	tmp := make([]float32, len(in))
	for range pdqTents {
		for y := range h {
			box(in[y*w:], tmp[y*w:], w, 1, window(w))
		}
		for x := range w {
			box(tmp[x:], in[x:], h, w, window(h))
		}
	}
	for i := range pdqSide {
		y := int((float64(i) + 0.5) * float64(h) / pdqSide)
		for j := range pdqSide {
			x := int((float64(j) + 0.5) * float64(w) / pdqSide)
			out[i][j] = in[y*w+x]
		}
	}
	return out
}

// box is a moving average over n values that lie stride apart. At the ends the
// window is as much of it as there is.
func box(in, out []float32, n, stride, full int) {
	half := (full + 2) / 2
	var sum float32
	size, right, left, to := 0, 0, 0, 0
	grow := func() {
		if right < n {
			sum += in[right*stride]
			right++
			size++
		}
	}
	drop := func() {
		sum -= in[left*stride]
		left++
		size--
	}
	for range half - 1 {
		grow()
	}
	for ; to < n; to++ {
		before := right
		grow()
		if size > full || before == right {
			drop()
		}
		out[to*stride] = sum / float32(size)
	}
}

// qualityOf measures the gradients of the 64 by 64 pixels, as the reference does.
func qualityOf(p [pdqSide][pdqSide]float32) int {
	sum := 0
	step := func(u, v float32) {
		d := int((u - v) * 100 / 255)
		sum += max(d, -d)
	}
	for i := range pdqSide {
		for j := range pdqSide {
			if i+1 < pdqSide {
				step(p[i][j], p[i+1][j])
			}
			if j+1 < pdqSide {
				step(p[i][j], p[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

// spectrum holds the lowest frequencies but the constant one, first along the
// rows.
type spectrum [pdqCoeff][pdqCoeff]float32

// transform is the discrete cosine transform of which only 16 by 16 are kept.
func transform(p [pdqSide][pdqSide]float32) (out spectrum) {
	d := cosines()
	var half [pdqCoeff][pdqSide]float32
	for i := range pdqCoeff {
		for j := range pdqSide {
			var sum float32
			for k := range pdqSide {
				sum += d[i][k] * p[k][j]
			}
			half[i][j] = sum
		}
	}
	for i := range pdqCoeff {
		for j := range pdqCoeff {
			var sum float32
			for k := range pdqSide {
				sum += half[i][k] * d[j][k]
			}
			out[i][j] = sum
		}
	}
	return out
}

// cosines is the matrix of the transform.
func cosines() (d [pdqCoeff][pdqSide]float32) {
	scale := math.Sqrt(2.0 / pdqSide)
	for i := range pdqCoeff {
		for j := range pdqSide {
			d[i][j] = float32(scale * math.Cos(math.Pi/2/pdqSide*float64(i+1)*float64(2*j+1)))
		}
	}
	return d
}

// hash sets a bit for each frequency above the median.
func (c spectrum) hash() (h Hash) {
	var all []float32
	for _, row := range c {
		all = append(all, row[:]...)
	}
	slices.Sort(all)
	median := all[len(all)/2-1]
	for i, row := range c {
		for j, v := range row {
			if v > median {
				bit := i*pdqCoeff + j
				h[31-bit/8] |= 1 << (bit % 8)
			}
		}
	}
	return h
}

// turns are the spectra of the picture, mirrored left to right, top to bottom,
// both (a half turn), and the same four of the picture mirrored along its
// diagonal. The row of a frequency runs along the height; index 0 is frequency
// 1, which mirroring turns round; even frequencies stay.
func (c spectrum) turns() (out [8]spectrum) {
	for i := range pdqCoeff {
		for j := range pdqCoeff {
			for n, v := range [2]float32{c[i][j], c[j][i]} {
				lr, tb := v, v
				if j%2 == 0 {
					lr = -lr
				}
				if i%2 == 0 {
					tb = -tb
				}
				both := v
				if i%2 != j%2 {
					both = -both
				}
				out[4*n][i][j], out[4*n+1][i][j], out[4*n+2][i][j], out[4*n+3][i][j] = v, lr, tb, both
			}
		}
	}
	return out
}

// Turns are the hashes that the eight flips and quarter turns of a picture
// have, as far as its hash alone tells, the hash itself first: a frequency that
// changes its sign crosses the median, which is close to zero. Against the
// hashes of the turned picture they are a few bits off (a test says how many).
func (h Hash) Turns() (out [8]Hash) {
	var c spectrum
	for i := range pdqCoeff {
		for j := range pdqCoeff {
			bit := i*pdqCoeff + j
			c[i][j] = -1
			if h[31-bit/8]&(1<<(bit%8)) != 0 {
				c[i][j] = 1
			}
		}
	}
	for n, t := range c.turns() {
		for i := range pdqCoeff {
			for j := range pdqCoeff {
				if bit := i*pdqCoeff + j; t[i][j] > 0 {
					out[n][31-bit/8] |= 1 << (bit % 8)
				}
			}
		}
	}
	return out
}
