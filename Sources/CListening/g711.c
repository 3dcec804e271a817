/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "g711.h"

/* A-law: even bits inverted, sign, three bits of segment, four of step (ITU-T G.711 table 1). */
#define A_BITS(code) ((code) ^ 0x55)
#define A_SEGMENT(code) ((A_BITS(code) >> 4) & 7)
#define A_STEP(code) (((A_BITS(code) & 15) << 4) + 8)
#define A_SIZE(code) (A_SEGMENT(code) ? (A_STEP(code) + 256) << (A_SEGMENT(code) ? A_SEGMENT(code) - 1 : 0) : A_STEP(code))
#define A(code) (A_BITS(code) & 0x80 ? A_SIZE(code) : -A_SIZE(code))

/* Mu-law: all bits inverted, bias 33 of 14 bits (ITU-T G.711 table 2). */
#define U_BITS(code) (~(code) & 0xff)
#define U_SIZE(code) (((((U_BITS(code) & 15) << 3) + 132) << ((U_BITS(code) >> 4) & 7)) - 132)
#define U(code) (U_BITS(code) & 0x80 ? -U_SIZE(code) : U_SIZE(code))

#define FOUR(law, code) law(code), law(code + 1), law(code + 2), law(code + 3)
#define SIXTEEN(law, code) FOUR(law, code), FOUR(law, code + 4), FOUR(law, code + 8), FOUR(law, code + 12)
#define SIXTY_FOUR(law, code) SIXTEEN(law, code), SIXTEEN(law, code + 16), SIXTEEN(law, code + 32), SIXTEEN(law, code + 48)
#define ALL(law) SIXTY_FOUR(law, 0), SIXTY_FOUR(law, 64), SIXTY_FOUR(law, 128), SIXTY_FOUR(law, 192)

const int16_t listening_pcma[256] = {ALL(A)};
const int16_t listening_pcmu[256] = {ALL(U)};
