#include "textflag.h"

// The sums of 8 points with 32 rows stay in Z0…Z15, two for each point.

#define POINT512(offset, left, right) \
	VBROADCASTSS offset(R8), Z18 \
	VFMADD231PS Z16, Z18, left \
	VFMADD231PS Z17, Z18, right

// Predicate 21 is "not less than, or not a number".
#define MASK512(i, left, right) \
	VCMPPS.BCST $21, (i*4)(R11), left, K1 \
	VCMPPS.BCST $21, (i*4)(R11), right, K2 \
	KMOVW K1, (i*4)(DI) \
	KMOVW K2, (i*4+2)(DI)

// func screenAVX512(mask *uint32, points, panels, start *float32, limit *[Points]float32, features, count int)
TEXT ·screenAVX512(SB), NOSPLIT, $0-56
	MOVQ mask+0(FP), DI
	MOVQ points+8(FP), SI
	MOVQ panels+16(FP), DX
	MOVQ start+24(FP), R10
	MOVQ limit+32(FP), R11
	MOVQ features+40(FP), R9
	MOVQ count+48(FP), CX

panel512:
	VMOVUPS (R10), Z0
	VMOVUPS 64(R10), Z1
	VMOVAPS Z0, Z2
	VMOVAPS Z1, Z3
	VMOVAPS Z0, Z4
	VMOVAPS Z1, Z5
	VMOVAPS Z0, Z6
	VMOVAPS Z1, Z7
	VMOVAPS Z0, Z8
	VMOVAPS Z1, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z1, Z11
	VMOVAPS Z0, Z12
	VMOVAPS Z1, Z13
	VMOVAPS Z0, Z14
	VMOVAPS Z1, Z15
	MOVQ SI, R8
	MOVQ R9, AX

feature512:
	VMOVUPS (DX), Z16
	VMOVUPS 64(DX), Z17
	POINT512(0, Z0, Z1)
	POINT512(4, Z2, Z3)
	POINT512(8, Z4, Z5)
	POINT512(12, Z6, Z7)
	POINT512(16, Z8, Z9)
	POINT512(20, Z10, Z11)
	POINT512(24, Z12, Z13)
	POINT512(28, Z14, Z15)
	ADDQ $128, DX
	ADDQ $32, R8
	DECQ AX
	JNE feature512

	MASK512(0, Z0, Z1)
	MASK512(1, Z2, Z3)
	MASK512(2, Z4, Z5)
	MASK512(3, Z6, Z7)
	MASK512(4, Z8, Z9)
	MASK512(5, Z10, Z11)
	MASK512(6, Z12, Z13)
	MASK512(7, Z14, Z15)
	ADDQ $128, R10
	ADDQ $32, DI
	DECQ CX
	JNE panel512
	VZEROUPPER
	RET

#define POINT256(offset, s0, s1, s2, s3) \
	VBROADCASTSS offset(R8), Y12 \
	VFMADD231PS Y8, Y12, s0 \
	VFMADD231PS Y9, Y12, s1 \
	VFMADD231PS Y10, Y12, s2 \
	VFMADD231PS Y11, Y12, s3

#define BITS256(offset, s0, s1, s2, s3) \
	VBROADCASTSS offset(R14), Y12 \
	VCMPPS $21, Y12, s0, s0 \
	VCMPPS $21, Y12, s1, s1 \
	VCMPPS $21, Y12, s2, s2 \
	VCMPPS $21, Y12, s3, s3 \
	VMOVMSKPS s0, AX \
	VMOVMSKPS s1, BX \
	SHLL $8, BX \
	ORL BX, AX \
	VMOVMSKPS s2, BX \
	SHLL $16, BX \
	ORL BX, AX \
	VMOVMSKPS s3, BX \
	SHLL $24, BX \
	ORL BX, AX \
	MOVL AX, offset(DI)

// func screenAVX2(mask *uint32, points, panels, start *float32, limit *[Points]float32, features, count int)
TEXT ·screenAVX2(SB), NOSPLIT, $0-56
	MOVQ mask+0(FP), DI
	MOVQ panels+16(FP), DX
	MOVQ start+24(FP), R10
	MOVQ count+48(FP), CX

panel256:
	MOVQ points+8(FP), SI
	MOVQ limit+32(FP), R14
	MOVQ $4, R12 // pairs of points: there are not registers enough for all

pair256:
	VMOVUPS (R10), Y0
	VMOVUPS 32(R10), Y1
	VMOVUPS 64(R10), Y2
	VMOVUPS 96(R10), Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y1, Y5
	VMOVAPS Y2, Y6
	VMOVAPS Y3, Y7
	MOVQ SI, R8
	MOVQ DX, R13
	MOVQ features+40(FP), AX

feature256:
	VMOVUPS (R13), Y8
	VMOVUPS 32(R13), Y9
	VMOVUPS 64(R13), Y10
	VMOVUPS 96(R13), Y11
	POINT256(0, Y0, Y1, Y2, Y3)
	POINT256(4, Y4, Y5, Y6, Y7)
	ADDQ $128, R13
	ADDQ $32, R8
	DECQ AX
	JNE feature256

	BITS256(0, Y0, Y1, Y2, Y3)
	BITS256(4, Y4, Y5, Y6, Y7)
	ADDQ $8, SI
	ADDQ $8, R14
	ADDQ $8, DI
	DECQ R12
	JNE pair256

	MOVQ R13, DX
	ADDQ $128, R10
	DECQ CX
	JNE panel256
	VZEROUPPER
	RET
