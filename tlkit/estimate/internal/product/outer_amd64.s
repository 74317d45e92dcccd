#include "textflag.h"

// The block's rows stay in registers. Even rows of a and b are summed in Z0…Z7 and odd
// ones in Z16…Z23, because a fused multiplication takes four cycles and two begin in each.

#define ROW512(offset, right, s0, s1, s2, s3, s4, s5, s6, s7) \
	VMOVUPD offset(DX), right \
	VFMADD231PD.BCST (offset+0)(SI), right, s0 \
	VFMADD231PD.BCST (offset+8)(SI), right, s1 \
	VFMADD231PD.BCST (offset+16)(SI), right, s2 \
	VFMADD231PD.BCST (offset+24)(SI), right, s3 \
	VFMADD231PD.BCST (offset+32)(SI), right, s4 \
	VFMADD231PD.BCST (offset+40)(SI), right, s5 \
	VFMADD231PD.BCST (offset+48)(SI), right, s6 \
	VFMADD231PD.BCST (offset+56)(SI), right, s7

#define END512(offset, even, odd) \
	VADDPD odd, even, even \
	VADDPD offset(DI), even, even \
	VMOVUPD even, offset(DI)

// func outerAVX512(c *Block, a, b *float64, rows int)
TEXT ·outerAVX512(SB), NOSPLIT, $0-32
	MOVQ c+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ rows+24(FP), CX
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	VPXORQ Z2, Z2, Z2
	VPXORQ Z3, Z3, Z3
	VPXORQ Z4, Z4, Z4
	VPXORQ Z5, Z5, Z5
	VPXORQ Z6, Z6, Z6
	VPXORQ Z7, Z7, Z7
	VPXORQ Z16, Z16, Z16
	VPXORQ Z17, Z17, Z17
	VPXORQ Z18, Z18, Z18
	VPXORQ Z19, Z19, Z19
	VPXORQ Z20, Z20, Z20
	VPXORQ Z21, Z21, Z21
	VPXORQ Z22, Z22, Z22
	VPXORQ Z23, Z23, Z23
	SUBQ $2, CX
	JLT last512

pair512:
	ROW512(0, Z8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROW512(64, Z9, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	ADDQ $128, SI
	ADDQ $128, DX
	SUBQ $2, CX
	JGE pair512

last512:
	ADDQ $2, CX
	JEQ end512
	ROW512(0, Z8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

end512:
	END512(0, Z0, Z16)
	END512(64, Z1, Z17)
	END512(128, Z2, Z18)
	END512(192, Z3, Z19)
	END512(256, Z4, Z20)
	END512(320, Z5, Z21)
	END512(384, Z6, Z22)
	END512(448, Z7, Z23)
	VZEROUPPER
	RET

#define ONE256(offset, left, right) \
	VBROADCASTSD offset(SI), Y10 \
	VFMADD231PD Y8, Y10, left \
	VFMADD231PD Y9, Y10, right

#define END256(offset, sum) \
	VADDPD offset(DI), sum, sum \
	VMOVUPD sum, offset(DI)

// func outerAVX2(c *Block, a, b *float64, rows int)
TEXT ·outerAVX2(SB), NOSPLIT, $0-32
	MOVQ c+0(FP), DI
	MOVQ a+8(FP), R8
	MOVQ b+16(FP), R9
	MOVQ rows+24(FP), R10
	MOVQ $2, R11 // halves of the block: there are not registers enough for the whole

half256:
	MOVQ R8, SI
	MOVQ R9, DX
	MOVQ R10, CX
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	VXORPD Y4, Y4, Y4
	VXORPD Y5, Y5, Y5
	VXORPD Y6, Y6, Y6
	VXORPD Y7, Y7, Y7

row256:
	VMOVUPD (DX), Y8
	VMOVUPD 32(DX), Y9
	ONE256(0, Y0, Y1)
	ONE256(8, Y2, Y3)
	ONE256(16, Y4, Y5)
	ONE256(24, Y6, Y7)
	ADDQ $64, SI
	ADDQ $64, DX
	DECQ CX
	JNE row256

	END256(0, Y0)
	END256(32, Y1)
	END256(64, Y2)
	END256(96, Y3)
	END256(128, Y4)
	END256(160, Y5)
	END256(192, Y6)
	END256(224, Y7)
	ADDQ $256, DI
	ADDQ $32, R8
	DECQ R11
	JNE half256
	VZEROUPPER
	RET
