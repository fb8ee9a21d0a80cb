package match

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A snapshot file is a run of sections:
//
//	tag uint32 · size in bytes uint64 · CRC-32C of those twelve bytes · data · CRC-32C of the data
//
// little-endian. Sizes have a check sum of their own, so that a damaged one is
// never believed.

// castagnoli is the table of the check sums; the library makes it once.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// sectionWriter writes sections. After an error it writes nothing more.
type sectionWriter struct {
	w   io.Writer
	buf []byte
	sum uint32
	err error
}

const sectionBuffer = 1 << 20

func (s *sectionWriter) write(b []byte) {
	if s.err == nil {
		_, s.err = s.w.Write(b)
	}
}

func (s *sectionWriter) open(tag uint32, size int) {
	head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, tag), uint64(size))
	s.write(binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, castagnoli())))
	s.sum, s.buf = 0, s.buf[:0]
}

// room empties the buffer when it is nearly full.
func (s *sectionWriter) room() {
	if len(s.buf) >= sectionBuffer {
		s.flush()
	}
}

func (s *sectionWriter) flush() {
	s.sum = crc32.Update(s.sum, castagnoli(), s.buf)
	s.write(s.buf)
	s.buf = s.buf[:0]
}

func (s *sectionWriter) close() {
	s.flush()
	s.write(binary.LittleEndian.AppendUint32(nil, s.sum))
}

// number is a whole number as it lies in a section.
type number interface {
	~uint8 | ~int8 | ~uint16 | ~uint32 | ~uint64 | ~int64
}

// width is the size of a number in bytes.
func width[T number]() int {
	return binary.Size(*new(T))
}

func writeNumbers[T number](s *sectionWriter, tag uint32, list []T) {
	wide := width[T]()
	s.open(tag, wide*len(list))
	for _, v := range list {
		switch wide {
		case 1:
			s.buf = append(s.buf, byte(v))
		case 2:
			s.buf = binary.LittleEndian.AppendUint16(s.buf, uint16(v))
		case 4:
			s.buf = binary.LittleEndian.AppendUint32(s.buf, uint32(v))
		default:
			s.buf = binary.LittleEndian.AppendUint64(s.buf, uint64(v))
		}
		s.room()
	}
	s.close()
}

func writeFloats(s *sectionWriter, tag uint32, list []float32) {
	s.open(tag, 4*len(list))
	for _, v := range list {
		s.buf = binary.LittleEndian.AppendUint32(s.buf, math.Float32bits(v))
		s.room()
	}
	s.close()
}

// writeStrings writes the ends of strings and then their bytes, in two sections.
func writeStrings(s *sectionWriter, tag uint32, list []string) {
	ends, n := make([]uint32, len(list)), 0
	for i, v := range list {
		n += len(v)
		ends[i] = uint32(n)
	}
	writeNumbers(s, tag, ends)
	s.open(tag, n)
	for _, v := range list {
		s.buf = append(s.buf, v...)
		s.room()
	}
	s.close()
}

// sectionReader reads what a sectionWriter wrote, in the same order. After an
// error everything it reads is empty.
type sectionReader struct {
	r   io.Reader
	buf []byte
	err error
}

func (s *sectionReader) fail(why string) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: %s", ErrSnapshot, why)
	}
}

// read calls fn with the data of the next section, cut where a value of the given
// width ends, after telling it how many bytes there will be.
func (s *sectionReader) read(tag uint32, wide int, size func(n int), fn func(b []byte)) {
	head := make([]byte, 16)
	if s.err != nil {
		return
	}
	if _, err := io.ReadFull(s.r, head); err != nil {
		s.fail("cut short")
		return
	}
	left := binary.LittleEndian.Uint64(head[4:])
	if crc32.Checksum(head[:12], castagnoli()) != binary.LittleEndian.Uint32(head[12:]) || left%uint64(wide) != 0 || left > 1<<40 {
		s.fail("damaged")
		return
	}
	if binary.LittleEndian.Uint32(head) != tag {
		s.fail("not in the order of this version")
		return
	}
	if s.buf == nil {
		s.buf = make([]byte, sectionBuffer)
	}
	size(int(left))
	sum := uint32(0)
	for left > 0 {
		b := s.buf[:min(left, sectionBuffer)]
		if _, err := io.ReadFull(s.r, b); err != nil {
			s.fail("cut short")
			return
		}
		sum = crc32.Update(sum, castagnoli(), b)
		fn(b)
		left -= uint64(len(b))
	}
	if _, err := io.ReadFull(s.r, head[:4]); err != nil {
		s.fail("cut short")
	} else if binary.LittleEndian.Uint32(head) != sum {
		s.fail("damaged")
	}
}

func readNumbers[T number](s *sectionReader, tag uint32) (list []T) {
	wide := width[T]()
	at := 0
	s.read(tag, wide, func(n int) { list = make([]T, n/wide) }, func(b []byte) {
		to := list[at : at+len(b)/wide]
		at += len(to)
		switch wide {
		case 1:
			for i := range to {
				to[i] = T(b[i])
			}
		case 2:
			for i := range to {
				to[i] = T(binary.LittleEndian.Uint16(b[2*i:]))
			}
		case 4:
			for i := range to {
				to[i] = T(binary.LittleEndian.Uint32(b[4*i:]))
			}
		default:
			for i := range to {
				to[i] = T(binary.LittleEndian.Uint64(b[8*i:]))
			}
		}
	})
	if s.err != nil {
		return nil
	}
	return list
}

func readFloats(s *sectionReader, tag uint32) []float32 {
	bits := readNumbers[uint32](s, tag)
	out := make([]float32, len(bits))
	for i, b := range bits {
		out[i] = math.Float32frombits(b)
	}
	return out
}

// readStrings reads strings, each with memory of its own, so that one which is
// dropped later does not stay in memory with the others.
func readStrings(s *sectionReader, tag uint32) []string {
	ends, bytes := readNumbers[uint32](s, tag), readNumbers[byte](s, tag)
	out, from := make([]string, len(ends)), uint32(0)
	for i, to := range ends {
		if to < from || int(to) > len(bytes) {
			s.fail("damaged")
			return nil
		}
		out[i], from = string(bytes[from:to]), to
	}
	return out
}
