#include "textflag.h"

// func dotBlocks(a, b *int8, blocks int) int32
//
// The inner product of 16 × blocks bytes with AVX2: widen to 16 bits, multiply, add neighbours.
TEXT ·dotBlocks(SB), NOSPLIT, $0-28
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), DI
	MOVQ blocks+16(FP), CX
	VPXOR Y0, Y0, Y0
loop:
	VPMOVSXBW (SI), Y1
	VPMOVSXBW (DI), Y2
	VPMADDWD Y1, Y2, Y1
	VPADDD Y1, Y0, Y0
	ADDQ $16, SI
	ADDQ $16, DI
	DECQ CX
	JNZ loop
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0x4E, X0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0xB1, X0, X1
	VPADDD X1, X0, X0
	VMOVD X0, AX
	VZEROUPPER
	MOVL AX, ret+24(FP)
	RET

// func dotRows(q, base *int8, at *uint32, n int, out *int32)
//
// The question stays in registers, widened to 16 bits; the row eight places on is fetched
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
