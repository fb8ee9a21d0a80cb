#include "textflag.h"

// func dotRows(q, base *int8, at *uint32, n int, out *int32)
//
// Widen to 16 bits, multiply, add neighbours. The question stays in registers; the row eight places on is fetched
// ahead, because rows lie far apart.
TEXT ·dotRows(SB), NOSPLIT, $0-40
	MOVQ q+0(FP), SI
	MOVQ base+8(FP), DI
	MOVQ at+16(FP), R8
	MOVQ n+24(FP), CX
	MOVQ out+32(FP), R9
	VPMOVSXBW (SI), Y8
	VPMOVSXBW 16(SI), Y9
	VPMOVSXBW 32(SI), Y10
	VPMOVSXBW 48(SI), Y11
	VPMOVSXBW 64(SI), Y12
	VPMOVSXBW 80(SI), Y13
row:
	MOVL (R8), AX
	IMUL3Q $96, AX, AX
	CMPQ CX, $8
	JLE near
	MOVL 32(R8), BX
	IMUL3Q $96, BX, BX
	PREFETCHT0 (DI)(BX*1)
	PREFETCHT0 64(DI)(BX*1)
near:
	ADDQ DI, AX
	VPMOVSXBW (AX), Y0
	VPMOVSXBW 16(AX), Y1
	VPMOVSXBW 32(AX), Y2
	VPMOVSXBW 48(AX), Y3
	VPMOVSXBW 64(AX), Y4
	VPMOVSXBW 80(AX), Y5
	VPMADDWD Y8, Y0, Y0
	VPMADDWD Y9, Y1, Y1
	VPMADDWD Y10, Y2, Y2
	VPMADDWD Y11, Y3, Y3
	VPMADDWD Y12, Y4, Y4
	VPMADDWD Y13, Y5, Y5
	VPADDD Y1, Y0, Y0
	VPADDD Y3, Y2, Y2
	VPADDD Y5, Y4, Y4
	VPADDD Y2, Y0, Y0
	VPADDD Y4, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0x4E, X0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0xB1, X0, X1
	VPADDD X1, X0, X0
	VMOVD X0, (R9)
	ADDQ $4, R8
	ADDQ $4, R9
	DECQ CX
	JNZ row
	VZEROUPPER
	RET

// func dotLong(a, b *int8, n int) int32
//
// 32 bytes at a time, in two sums; n is a multiple of 32 and at least 32.
TEXT ·dotLong(SB), NOSPLIT, $0-28
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), DI
	MOVQ n+16(FP), CX
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
some:
	VPMOVSXBW (SI), Y0
	VPMOVSXBW 16(SI), Y1
	VPMOVSXBW (DI), Y2
	VPMOVSXBW 16(DI), Y3
	VPMADDWD Y2, Y0, Y0
	VPMADDWD Y3, Y1, Y1
	VPADDD Y0, Y4, Y4
	VPADDD Y1, Y5, Y5
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $32, CX
	JNZ some
	VPADDD Y5, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPADDD X5, X4, X4
	VPSHUFD $0x4E, X4, X5
	VPADDD X5, X4, X4
	VPSHUFD $0xB1, X4, X5
	VPADDD X5, X4, X4
	VMOVD X4, AX
	MOVL AX, ret+24(FP)
	VZEROUPPER
	RET

// func bitsRows(q, rows *uint64, words, n int, out *uint16)
//
// For each of n rows of an even number of words, how many bits it differs in from q. It needs POPCNT.
TEXT ·bitsRows(SB), NOSPLIT, $0-40
	MOVQ rows+8(FP), DI
	MOVQ words+16(FP), R10
	MOVQ n+24(FP), CX
	MOVQ out+32(FP), R9
bitsRow:
	MOVQ q+0(FP), SI
	MOVQ R10, BX
	XORQ AX, AX
bitsPair:
	MOVQ (DI), R8
	XORQ (SI), R8
	POPCNTQ R8, R8
	ADDQ R8, AX
	MOVQ 8(DI), R11
	XORQ 8(SI), R11
	POPCNTQ R11, R11
	ADDQ R11, AX
	ADDQ $16, DI
	ADDQ $16, SI
	SUBQ $2, BX
	JNZ bitsPair
	MOVW AX, (R9)
	ADDQ $2, R9
	DECQ CX
	JNZ bitsRow
	RET
